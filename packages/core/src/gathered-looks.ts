import { neverAborted, orAbort } from "./or-abort.ts";

interface Asked<Seen> {
  readonly name: string;
  readonly resolve: (seen: Seen | undefined) => void;
  readonly reject: (error: unknown) => void;
}
/** Looks that are asked for within this time are one. */
const gatherMs = 20;

/** For backends that answer many in one call: who asks for a look now shares it with all who do. */
export class GatheredLooks<Seen> {
  readonly #ask: (names: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Seen>>;
  #asked: Asked<Seen>[] = [];

  /** @param ask Each name once. Its signal is nobody's: whoever gives up leaves the others their answer. */
  constructor(ask: (names: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Seen>>) {
    this.#ask = ask;
  }
  /** Undefined for what is not in the answer. Rejects as the call that was made for all. */
  look(name: string, signal: AbortSignal): Promise<Seen | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen | undefined>();
    if (this.#asked.push({ name, resolve, reject }) === 1) setTimeout(() => void this.#answer(), gatherMs);
    return orAbort(signal, () => promise);
  }
  async #answer(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const found = await this.#ask([...new Set(asked.map(({ name }) => name))], neverAborted());
      for (const { name, resolve } of asked) resolve(found.get(name));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
