interface Batches<T> {
  readonly batches: AsyncIterableIterator<readonly T[], undefined, undefined>;
  /** What is still to be handed out is nobody's once it aborts. */
  readonly signal: AbortSignal;
}

/** One by one what comes in batches: what is there already costs no turn of the event loop. */
export function each<T>({ batches, signal }: Batches<T>): AsyncIterableIterator<T, undefined, undefined> {
  let batch: readonly T[] = [];
  let at = 0;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const ready = (): boolean => at < batch.length && !signal.aborted;
  const take = (): IteratorResult<T, undefined> => ({ done: false, value: batch[at++] as T });
  const step = async (): Promise<IteratorResult<T, undefined>> => {
    while (!ready()) {
      const { done, value } = await batches.next();
      if (done === true) return { done, value: undefined };
      batch = value;
      at = 0;
    }
    return take();
  };
  const queue = (): Promise<IteratorResult<T, undefined>> => {
    waiting++;
    const mine = last.then(step, step).finally(() => waiting--);
    last = mine.catch(() => {});
    return mine;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => (waiting === 0 && ready() ? Promise.resolve(take()) : queue()),
    async return() {
      batch = [];
      await batches.return?.();
      return { done: true, value: undefined };
    },
  };
}
