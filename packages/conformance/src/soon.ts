/** Settles as the promise does, or fails in time: what hangs must not hang the suite. */
export function soon<T>(promise: Promise<T>, what: string, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: nothing after ${limitMs} ms`)), limitMs);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again and again until it holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not so after ${limitMs} ms`);
    await pause(25);
  }
}

/** For what is awaited later: its failure is heard then, and is no unhandled rejection until then. */
export function held<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
