import { orAbort } from "@longshore/core/driver";

interface Waiting<T> {
  readonly batch: readonly T[];
  readonly go: () => void;
}

/** Batches of several sources, as they come. A source goes on once its batch was taken, so that none piles up. */
export class MergedBatches<T> {
  readonly #waiting: Waiting<T>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #left = false;
  #wake: () => void = () => {};

  /** Settles with the source. What it throws ends the reading of all. */
  async add(source: AsyncIterable<readonly T[]>): Promise<void> {
    try {
      for await (const batch of source) {
        if (this.#left) return;
        if (batch.length > 0) await this.#offer(batch);
      }
    } catch (error) {
      this.#fail(error);
    }
  }
  #offer(batch: readonly T[]): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ batch, go });
      this.#wake();
    });
  }
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }
  /** Ends when nothing waits any more and `over` has settled. */
  async *read(over: Promise<void>, signal: AbortSignal): AsyncGenerator<readonly T[], void, void> {
    let ended = false;
    void over
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        ended = true;
        this.#wake();
      });
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          yield next.batch;
          next.go();
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (ended) return;
        else await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
      }
    } finally {
      this.#left = true;
      for (const { go } of this.#waiting) go();
    }
  }
}
