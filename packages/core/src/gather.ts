import { neverAborted, orAbort } from "./or-abort.ts";

interface Asked<Key, Answer> {
  readonly key: Key;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One call for all who ask within `gatherMs`; it begins after each of them has asked. Who aborts leaves; the call goes on for
 * the others, by a signal that is nobody's. A key that the answer does not have is undefined. What the call throws, all get.
 */
export function gather<Key, Answer>(
  gatherMs: number,
  ask: (keys: readonly Key[], signal: AbortSignal) => Promise<ReadonlyMap<Key, Answer>>,
): (key: Key, signal: AbortSignal) => Promise<Answer | undefined> {
  let waiting: Asked<Key, Answer>[] = [];
  const answer = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const found = await ask([...new Set(asked.map(({ key }) => key))], neverAborted());
      for (const { key, resolve } of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (key, signal) =>
    orAbort(signal, () => {
      const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
      if (waiting.push({ key, resolve, reject }) === 1) setTimeout(() => void answer(), gatherMs);
      return promise;
    });
}
