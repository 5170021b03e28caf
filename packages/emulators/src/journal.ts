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

/** The last requests, and how many there were of each operation ever. */
export class Journal {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #entries: JournalEntry[] = [];

  /** @param limit How many entries it keeps; the oldest go first. Counts are never cut. */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  add(entry: JournalEntry): void {
    const name = `${entry.service}:${entry.operation}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#entries.push(entry);
    // In steps, since each cut copies.
    if (this.#entries.length > this.#limit * 1.25) this.#entries = this.#entries.slice(-this.#limit);
  }

  /** Oldest first; of one operation (`ecs:RunTask`) where one is named. */
  entries(name?: string): readonly JournalEntry[] {
    const kept = this.#entries.slice(-this.#limit);
    return name === undefined ? kept : kept.filter(({ service, operation }) => `${service}:${operation}` === name);
  }

  /** How many requests there were, by `service:operation`. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  clear(): void {
    this.#entries = [];
    this.#counts.clear();
  }
}
