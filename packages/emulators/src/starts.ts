import { EngineStartError } from "./engine-start-error.ts";

/** Starts that are under way: an engine that closes begins no more of them, and waits for these before it takes all away. */
export class Starts {
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  /** @throws {@link EngineStartError} once it was closed. */
  async begin<Run>(start: () => Promise<Run>): Promise<Run> {
    if (this.#closed) throw new EngineStartError("rejected", "the engine was closed");
    const started = start();
    this.#underWay.add(started);
    return started.finally(() => this.#underWay.delete(started));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }
}
