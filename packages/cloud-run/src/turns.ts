import { orAbort } from "@longshore/core/driver";

/** So many at once, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }
  /** Disposing gives it back. */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    return { [Symbol.dispose]: () => this.#give() };
  }
  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    try {
      await orAbort(signal, () => promise);
    } catch (error) {
      const index = this.#waiting.indexOf(resolve);
      // Its turn may have come meanwhile: then it is the next one's.
      if (index < 0) this.#give();
      else this.#waiting.splice(index, 1);
      throw error;
    }
  }
  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
