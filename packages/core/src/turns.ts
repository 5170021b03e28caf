import { orAbort } from "./or-abort.ts";

/** At most so many at a time; the others wait in line, each no longer than its signal. */
export class Turns {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }
  /** Disposing gives it back. */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let held = true;
    const release = (): void => {
      if (held) this.#next();
      held = false;
    };
    return { [Symbol.dispose]: release };
  }
  /** Whoever leaves the line early leaves no gap in it. */
  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line.push(resolve);
    try {
      await orAbort(signal, () => promise);
    } catch (error) {
      const place = this.#line.indexOf(resolve);
      if (place >= 0) this.#line.splice(place, 1);
      else this.#next(); // its turn had come in the same moment
      throw error;
    }
  }
  #next(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
