import type { Instant, Stream } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";

export interface LogEntry {
  readonly stream: Stream;
  readonly at: Instant;
  readonly bytes: Buffer;
}
interface Begun {
  readonly at: Instant;
  readonly position: string;
}
interface Resumed {
  readonly open?: ReadonlyMap<Stream, Begun>;
  readonly passed?: number;
}
type OpenLines = Map<Stream, Begun>;
const nothingOpen: ReadonlyMap<Stream, Begun> = new Map();

/**
 * Gives each entry of a log its position: the latest time seen so far. Some engines apply `since` to each entry, others up to
 * the first that passes (20.10 and later ones differ); so a read from a position asks for a little more, and begins with the
 * entry that first bore it. Pieces of a long line keep the time and position of its beginning.
 */
export class LogPlacer {
  readonly #from: string;
  readonly #instance: string;
  readonly #open: OpenLines;
  #latest = "";
  #count = 0;
  #openBefore: ReadonlyMap<Stream, Begun>;
  /** Entries since the position that another placer has placed. */
  #passing: number;
  readonly #passed: number;

  constructor(instance: string, from: string, { open = nothingOpen, passed = 0 }: Resumed = {}) {
    this.#instance = instance;
    this.#from = from;
    this.#open = new Map(open);
    this.#openBefore = open;
    this.#passed = this.#passing = passed;
  }
  get from(): string {
    return this.#from;
  }
  /** Undefined for what came before the position that the read begins with. */
  place({ stream, at, bytes }: LogEntry): DriverLogItem | undefined {
    if (at > this.#latest) {
      this.#latest = at;
      this.#count = 0;
      this.#openBefore = this.#open.size === 0 ? nothingOpen : new Map(this.#open);
    }
    if (this.#latest < this.#from) return undefined;
    this.#count++;
    const item = this.#item({ stream, at, bytes });
    return this.#passing-- > 0 ? undefined : item;
  }
  #item({ stream, at, bytes }: LogEntry): DriverLogItem {
    const begun = this.#open.size === 0 ? undefined : this.#open.get(stream);
    const ended = bytes[bytes.length - 1] === 10;
    if (!ended && begun === undefined) this.#open.set(stream, { at, position: this.#latest });
    if (ended && begun !== undefined) this.#open.delete(stream);
    const position = begun?.position ?? this.#latest;
    return { kind: "bytes", stream, instance: this.#instance, at: begun?.at ?? at, position, bytes };
  }
  /** For a read from the last position on: passes over the entries since it that this one has placed. */
  resume(): LogPlacer {
    if (this.#latest < this.#from)
      return new LogPlacer(this.#instance, this.#from, { open: this.#openBefore, passed: this.#passed });
    return new LogPlacer(this.#instance, this.#latest, { open: this.#openBefore, passed: this.#count });
  }
}
