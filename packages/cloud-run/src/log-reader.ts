import { orAbort } from "@longshore/core/driver";
import type { Entry, Source } from "./read-entry.ts";

/** From when on: entries that were written then or later, and those that were received later than `received`. */
export interface Start {
  readonly at: bigint;
  readonly received?: bigint;
}
/** Entries as they come, and when a round of looking is over: when it began, by `performance.now()`. */
export type Heard = { readonly entries: readonly Entry[] } | { readonly began: number };

/** A log, and how its end is known. */
export interface Followed {
  readonly source: Source;
  /** Nothing of it was written before: nanoseconds since 1970. */
  readonly born: bigint;
  /** When it ended, milliseconds since 1970; undefined while it may write. */
  readonly ended: (signal: AbortSignal) => Promise<number | undefined>;
}
/** A reader that holds more than this waits until somebody has taken it. */
const mostHeld = 20_000;

/** One who reads one log by the shared poller. */
export class LogReader {
  readonly source: Source;
  #start: Start;
  readonly #heard: Heard[] = [];
  #held = 0;
  /** False until a round has been over that began at its start. */
  isCaughtUp = false;
  #failure: { readonly error: unknown } | undefined;
  #wake = (): void => {};
  readonly #taken: () => void;

  constructor(source: Source, start: Start, taken: () => void) {
    this.source = source;
    this.#start = start;
    this.#taken = taken;
  }
  get start(): Start {
    return this.#start;
  }
  get isFull(): boolean {
    return this.#held > mostHeld;
  }
  push(heard: Heard): void {
    if ("entries" in heard) this.#held += heard.entries.length;
    this.#heard.push(heard);
    this.#wake();
  }
  /** It was left out of a round: what that round brought has to be looked for again. */
  leaveOut(from: Start): void {
    if (this.isCaughtUp) this.#start = from;
    this.isCaughtUp = false;
  }
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }
  async *read(signal: AbortSignal): AsyncGenerator<Heard, void, void> {
    for (;;) {
      for (let one = this.#heard.shift(); one !== undefined; one = this.#heard.shift()) {
        const wasFull = this.isFull;
        if ("entries" in one) this.#held -= one.entries.length;
        if (wasFull && !this.isFull) this.#taken();
        yield one;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }
}
