/** Settles as `work` does, or rejects with the signal's reason the moment it aborts. What `work` does later is nobody's. */
export function orAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const settled = (): void => signal.removeEventListener("abort", abort);
    new Promise<T>((start) => start(work())).then(resolve, reject).finally(settled);
  });
}

/** Rejects with the signal's reason, at once when it is aborted already; the timer goes with it. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  return orAbort(signal, () => new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))).finally(() =>
    clearTimeout(timer),
  );
};

/** A signal that nobody aborts. */
export const neverAborted = (): AbortSignal => new AbortController().signal;
