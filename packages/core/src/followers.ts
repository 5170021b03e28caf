import type { WorkloadId } from "./ids.ts";
import { orAbort } from "./or-abort.ts";

/** A reader that stands still keeps no removal waiting for longer. */
const drainLimitMs = 10_000;

/** Who reads which logs here, so that a removal lets them come to their end. */
export class Followers {
  readonly #reading = new Map<WorkloadId, Set<Promise<void>>>();

  enter(id: WorkloadId): Disposable {
    const { promise, resolve } = Promise.withResolvers<void>();
    const readers = this.#reading.get(id) ?? new Set();
    this.#reading.set(id, readers.add(promise));
    return {
      [Symbol.dispose]: () => {
        readers.delete(promise);
        if (readers.size === 0) this.#reading.delete(id);
        resolve();
      },
    };
  }
  follows(id: WorkloadId): boolean {
    return this.#reading.has(id);
  }
  async drained(id: WorkloadId, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(drainLimitMs);
    const all = (): Promise<unknown> => Promise.all([...(this.#reading.get(id) ?? [])]);
    await orAbort(AbortSignal.any([signal, limit]), all).catch(() => signal.throwIfAborted());
  }
}
