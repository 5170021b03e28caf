import type { Readable } from "node:stream";
import type { OutputChunk, Stream } from "@longshore/core";

/** Held for a slow reader before the streams wait. */
const mostHeldBytes = 1_048_576;

/** What several streams bring, in the order in which it comes, to the end of all. */
export class CollectedOutput {
  readonly #streams: readonly Readable[];
  readonly #held: OutputChunk[] = [];
  #heldBytes = 0;
  #open: number;
  #wake: () => void = () => {};
  #failure: { readonly error: unknown } | undefined;

  constructor(streams: Readonly<Record<Stream, Readable>>) {
    this.#streams = Object.values(streams);
    this.#open = this.#streams.length;
    for (const [stream, readable] of Object.entries(streams) as [Stream, Readable][]) {
      readable.on("data", (bytes: Uint8Array) => this.#take({ kind: "output", stream, bytes }));
      readable.on("error", () => {}); // a close follows
      readable.once("close", () => {
        this.#open--;
        this.#wake();
      });
    }
  }
  /** The reader hears of it in its turn. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }
  /** Whatever is still open is given up. */
  cut(): void {
    for (const stream of this.#streams) stream.destroy();
  }
  async *chunks(): AsyncGenerator<OutputChunk, void, void> {
    for (;;) {
      for (let chunk = this.#held.shift(); chunk !== undefined; chunk = this.#held.shift()) {
        this.#heldBytes -= chunk.bytes.length;
        yield chunk;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#open === 0) return;
      for (const stream of this.#streams) stream.resume();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
  #take(chunk: OutputChunk): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.bytes.length;
    if (this.#heldBytes > mostHeldBytes) for (const stream of this.#streams) stream.pause();
    this.#wake();
  }
}
