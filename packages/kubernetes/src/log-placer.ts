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
  /** Lines at the very position that an earlier reading placed. */
  #passed: number;
  #latest = "";
  #count = 0;
  #at: Instant | undefined;
  #passing = false;

  constructor(instance: string, from: string, passed = 0) {
    this.#instance = instance;
    this.#from = from;
    this.#passed = passed;
  }
  /** Undefined for what came before the position that the read begins with. */
  place({ at, bytes }: LogEntry): DriverLogItem | undefined {
    if (at !== undefined) this.#begin(at);
    if (this.#latest < this.#from || this.#at === undefined || this.#passing) return undefined;
    return { kind: "bytes", stream, instance: this.#instance, at: this.#at, position: this.#latest, bytes };
  }
  #begin(at: Instant): void {
    this.#at = at;
    if (at > this.#latest) {
      this.#latest = at;
      this.#count = 0;
    }
    this.#count++;
    this.#passing = this.#latest === this.#from && this.#passed-- > 0;
  }
  /** For another reading of the same instance, which goes on after the last line of this one. */
  again(): { readonly position: string; readonly placer: LogPlacer } {
    const beyond = this.#latest >= this.#from && this.#latest !== "";
    const position = beyond ? this.#latest : this.#from;
    return { position, placer: new LogPlacer(this.#instance, position, beyond ? this.#count : Math.max(0, this.#passed)) };
  }
}
