import type { Readable } from "node:stream";
import type { Keystrokes } from "@longshore/core";
import type { DetachKeys } from "./detach-keys.ts";
import { sizedStream, terminalSize } from "./terminal-size.ts";

export interface TypedInputParts {
  /** Whose bytes are passed on. Absent: sizes alone, and no end. */
  readonly input?: Readable;
  /** Tell of the terminal's sizes, the first at once. */
  readonly sizes: boolean;
  readonly detach?: { readonly keys: DetachKeys; readonly leave: () => void };
}
/** What a slow program may leave unread before we stop reading ourselves. */
const mostHeldBytes = 262_144;

/** What is typed, and how large the terminal is, in the order in which they came. Ends with the input. */
export class TypedInput implements AsyncIterable<Keystrokes>, Disposable {
  readonly #parts: TypedInputParts;
  readonly #terminal = sizedStream();
  readonly #held: Keystrokes[] = [];
  #heldBytes = 0;
  #over = false;
  #wake: () => void = () => {};

  constructor(parts: TypedInputParts) {
    this.#parts = parts;
    parts.input?.on("data", this.#typed).on("end", this.#end).on("error", this.#end);
    if (!parts.sizes) return;
    this.#resized();
    this.#terminal?.on("resize", this.#resized);
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Keystrokes, void, void> {
    for (;;) {
      for (let next = this.#held.shift(); next !== undefined; next = this.#held.shift()) {
        if (next instanceof Uint8Array) this.#heldBytes -= next.length;
        yield next;
      }
      if (this.#over) return;
      this.#parts.input?.resume();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
  [Symbol.dispose](): void {
    const { input } = this.#parts;
    input?.off("data", this.#typed).off("end", this.#end).off("error", this.#end).pause();
    this.#terminal?.off("resize", this.#resized);
    this.#end();
  }
  /** Once more the size that it has: programs that draw take it as a call to draw anew. */
  redraw(): void {
    const { columns, rows } = terminalSize(this.#terminal);
    this.#add({ columns, rows: rows + 1 });
    this.#add({ columns, rows });
  }
  readonly #typed = (typed: Buffer): void => {
    const { detach, input } = this.#parts;
    const { bytes, detached } = detach?.keys.take(typed) ?? { bytes: typed, detached: false };
    this.#heldBytes += bytes.length;
    if (bytes.length > 0) this.#add(bytes);
    if (this.#heldBytes > mostHeldBytes) input?.pause();
    if (detached) detach?.leave();
  };
  readonly #resized = (): void => this.#add(terminalSize(this.#terminal));
  readonly #end = (): void => {
    this.#over = true;
    this.#wake();
  };
  #add(keystrokes: Keystrokes): void {
    this.#held.push(keystrokes);
    this.#wake();
  }
}
