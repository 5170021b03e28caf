import { neverAborted, orAbort } from "./or-abort.ts";

interface Asked<Key, Answer> {
  readonly key: Key;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface GatherOptions {
  /**
   * While a call is under way no other begins: who asks meanwhile is asked for by the next one. For calls that cost the more the more
   * there is, and that come in a trickle. Default: false.
   */
  readonly oneAtATime?: boolean;
}

/**
 * One call for all who ask within `gatherMs`; it begins after each of them has asked. Who aborts leaves; the call goes on for
 * the others, by a signal that is nobody's. A key that the answer does not have is undefined. What the call throws, all get.
 */
export function gather<Key, Answer>(
  gatherMs: number,
  ask: (keys: readonly Key[], signal: AbortSignal) => Promise<ReadonlyMap<Key, Answer>>,
  { oneAtATime = false }: GatherOptions = {},
): (key: Key, signal: AbortSignal) => Promise<Answer | undefined> {
  let waiting: Asked<Key, Answer>[] = [];
  let underWay = 0;
  const beginSoon = (): void => void setTimeout(() => void answer(), gatherMs);
  const answer = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    underWay++;
    try {
      const found = await ask([...new Set(asked.map(({ key }) => key))], neverAborted());
      for (const { key, resolve } of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    underWay--;
    if (oneAtATime && waiting.length > 0) beginSoon();
  };
  return (key, signal) =>
    orAbort(signal, () => {
      const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
      const isFirst = waiting.push({ key, resolve, reject }) === 1;
      if (isFirst && !(oneAtATime && underWay > 0)) beginSoon();
      return promise;
    });
}
