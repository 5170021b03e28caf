import { neverAborted, orAbort } from "./or-abort.ts";

interface Feed<T> {
  readonly signal: AbortSignal;
  readonly open: (signal: AbortSignal) => AsyncIterable<T>;
  readonly wrap: (error: unknown) => unknown;
}

/**
 * Not a generator, because a generator queues `return()` behind a pending `next()`. Here an abort and a `break` act at once:
 * the source's signal aborts and its `return()` is called, but not waited for. Opened by the first `next()`.
 */
export function pull<T>(feed: Feed<T>): AsyncIterableIterator<T, undefined, undefined> {
  const detached = new AbortController();
  const signal = AbortSignal.any([feed.signal, detached.signal]);
  let source: AsyncIterator<T> | undefined;
  let ended = false;
  const leave = (): void => {
    ended = true;
    detached.abort();
    void orAbort(neverAborted(), async () => source?.return?.()).catch(() => {});
  };
  const step = async (): Promise<IteratorResult<T, undefined>> => {
    if (ended) return { done: true, value: undefined };
    try {
      feed.signal.throwIfAborted();
      const item = await orAbort(signal, () => (source ??= feed.open(signal)[Symbol.asyncIterator]()).next());
      if (item.done !== true) return { done: false, value: item.value };
      ended = true;
      detached.abort();
      return { done: true, value: undefined };
    } catch (error) {
      const left = detached.signal.aborted;
      leave();
      if (left) return { done: true, value: undefined };
      throw feed.signal.aborted ? feed.signal.reason : feed.wrap(error);
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => (last = last.then(step, step)) as Promise<IteratorResult<T, undefined>>,
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
  };
}
