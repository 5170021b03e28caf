import { orAbort } from "./or-abort.ts";

interface Offered<T> {
  readonly batch: readonly T[];
  readonly taken: () => void;
}

/** Batches of sources that come and go, as they come; a source waits until its batch is taken. */
export class MergedBatches<T> {
  readonly #offered: Offered<T>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #wake = (): void => {};

  /** Resolves at the source's end. What it throws ends the whole. */
  async add(source: AsyncIterable<readonly T[]>): Promise<void> {
    try {
      for await (const batch of source) {
        if (this.#closed) return;
        if (batch.length === 0) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#offered.push({ batch, taken: resolve });
        this.#wake();
        await promise;
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#wake();
    }
  }
  /** Until `over` has settled and everything was taken. */
  async *read(over: Promise<void>, signal: AbortSignal): AsyncGenerator<readonly T[], void, void> {
    let ended = false;
    const end = (): void => {
      ended = true;
      this.#wake();
    };
    void over.then(end, (error: unknown) => {
      this.#failure ??= { error };
      end();
    });
    try {
      for (;;) {
        for (let one = this.#offered.shift(); one !== undefined; one = this.#offered.shift()) {
          yield one.batch;
          one.taken();
        }
        if (this.#failure !== undefined) throw this.#failure.error;
        if (ended && this.#offered.length === 0) return;
        await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
      }
    } finally {
      this.#closed = true;
      for (const { taken } of this.#offered) taken();
    }
  }
}
