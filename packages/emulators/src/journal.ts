/** One request, and what became of it. */
export interface JournalEntry {
  /** When it arrived, by the emulator's clock. */
  readonly at: number;
  /** Such as `ecs`. */
  readonly service: string;
  /** Such as `RunTask`. */
  readonly operation: string;
  readonly input?: unknown;
  /** The HTTP status that was answered, or would have been: see `faults`. 0 where the request never got as far. */
  readonly status: number;
  readonly output?: unknown;
  /** The error's code, such as `ThrottlingException`. */
  readonly error?: string;
  /** The kinds of the faults that it met. */
  readonly faults?: readonly string[];
}

export interface JournalLimits {
  /** How many entries it keeps. Default 10,000. */
  readonly entries?: number;
  /** How many bytes of requests and answers it keeps, as they went over the wire. Default 16 MiB. */
  readonly bytes?: number;
}

/** The last requests, and how many there were of each operation ever. The oldest go first; counts are never cut. */
export class Journal {
  readonly #limits: Required<JournalLimits>;
  readonly #counts = new Map<string, number>();
  #kept: { readonly entry: JournalEntry; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor({ entries = 10_000, bytes = 16 * 2 ** 20 }: JournalLimits = {}) {
    this.#limits = { entries, bytes };
  }

  /** @param bytes How much the request and its answer took on the wire. */
  add(entry: JournalEntry, bytes = 0): void {
    const name = `${entry.service}:${entry.operation}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#kept.push({ entry, bytes });
    this.#bytes += bytes;
    while (this.#kept.length > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      const oldest = this.#kept.shift();
      this.#bytes -= oldest?.bytes ?? 0;
    }
  }

  /** Oldest first; of one operation (`ecs:RunTask`) where one is named. */
  entries(name?: string): readonly JournalEntry[] {
    const kept = this.#kept.map(({ entry }) => entry);
    return name === undefined ? kept : kept.filter(({ service, operation }) => `${service}:${operation}` === name);
  }

  /** How many requests there were, by `service:operation`. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
    this.#counts.clear();
  }
}
