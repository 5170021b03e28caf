/** Takes from all as they come; holds one item of each at most, so a slow reader slows the sources down. */
export async function* merge<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const take = (from: AsyncIterator<T>): Promise<[AsyncIterator<T>, IteratorResult<T>]> => {
    const taken = from.next().then((item): [AsyncIterator<T>, IteratorResult<T>] => [from, item]);
    taken.catch(() => {}); // whoever left does not want to know
    return taken;
  };
  const pending = new Map(iterators.map((from) => [from, take(from)]));
  try {
    while (pending.size > 0) {
      const [from, item] = await Promise.race(pending.values());
      // To the end of the line, so that a source which is always ready does not keep the others waiting.
      pending.delete(from);
      if (item.done !== true) {
        pending.set(from, take(from));
        yield item.value;
      }
    }
  } finally {
    for (const from of pending.keys()) void from.return?.().catch(() => {});
  }
}
