import type { Instant, Stream } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";

/** One line of a log, or the next piece of one that is long. */
export interface LogEntry {
  /** Of the line's beginning; absent where it goes on. */
  readonly at?: Instant;
  readonly bytes: Buffer;
}
/** The kubelet gives both streams as one. */
const stream: Stream = "stdout";

/**
 * Gives each line its position: the latest time seen so far. A kubelet reads again only from a time, in whole seconds, and leaves
 * out each line that is older; times go back a little where stdout and stderr were copied at the same moment. So a read from a
 * position asks for more than that, and begins with the line that first bore it.
 */
export class LogPlacer {
  readonly #from: string;
  readonly #instance: string;
  #latest = "";
  #count = 0;
  #at: Instant | undefined;

  constructor(instance: string, from: string) {
    this.#instance = instance;
    this.#from = from;
  }
  /** Undefined for what came before the position that the read begins with. */
  place({ at, bytes }: LogEntry): DriverLogItem | undefined {
    if (at !== undefined) {
      this.#at = at;
      if (at > this.#latest) {
        this.#latest = at;
        this.#count = 0;
      }
      this.#count++;
    }
    if (this.#latest < this.#from || this.#at === undefined) return undefined;
    return { kind: "bytes", stream, instance: this.#instance, at: this.#at, position: this.#latest, bytes };
  }
  /** The last position, and how many lines since it were placed. */
  get reached(): { readonly position: string; readonly lines: number } {
    return this.#latest > this.#from ? { position: this.#latest, lines: this.#count } : { position: this.#from, lines: 0 };
  }
}
