/** Enough to keep an engine busy, few enough not to flood it; Node's own agent would open a socket for each. */
const atOnce = 16;

/** The answers in the order of the items, some of them under way at once. The first failure is thrown. */
export async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
