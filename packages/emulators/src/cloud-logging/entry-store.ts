import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Fault } from "../fault.ts";
import { toTimestamp } from "../google/timestamp.ts";
import { type LogEntry, type NewLogEntry, sortableTime, type StoredEntry } from "./log-entry.ts";

export interface EntryStoreOptions {
  readonly clock: Clock;
  /** Asked for `logging:append` whenever lines of a container arrive. */
  readonly faults: { next(operation: string): readonly Fault[] };
  /** How long an entry takes until it is seen. */
  readonly ingestMs: number;
}

export type EntryListener = (stored: StoredEntry) => unknown;

/** How much later than now an entry is seen. */
function delayOf(faults: readonly Fault[], sequence: number): number {
  let delay = 0;
  for (const fault of faults) {
    const ms = "ms" in fault ? Number(fault.ms) : 0;
    if (fault.kind === "logging:late") delay += ms;
    // Every second one, so that what was printed later is seen earlier.
    if (fault.kind === "logging:out-of-order" && sequence % 2 === 1) delay += ms;
  }
  return delay;
}

export const compareEntries = (one: StoredEntry, other: StoredEntry): number => {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  if (one.entry.insertId !== other.entry.insertId) return one.entry.insertId < other.entry.insertId ? -1 : 1;
  return one.sequence - other.sequence;
};

/** All entries of every project, in the order of their times. */
export class EntryStore {
  readonly clock: Clock;
  readonly #faults: EntryStoreOptions["faults"];
  readonly #ingestMs: number;
  readonly #projects = new Map<string, StoredEntry[]>();
  readonly #known = new Set<string>();
  readonly #listeners = new Set<EntryListener>();
  #sequence = 0;

  constructor({ clock, faults, ingestMs }: EntryStoreOptions) {
    this.clock = clock;
    this.#faults = faults;
    this.#ingestMs = ingestMs;
  }

  /** Appends lines of a container, without a request. */
  append(entries: readonly NewLogEntry[]): void {
    if (entries.length > 0) this.store(entries, this.#faults.next("logging:append"));
  }

  /** Stores entries; one that is there already, by its time and insert id, is not stored again. */
  store(entries: readonly NewLogEntry[], faults: readonly Fault[] = []): void {
    for (const entry of entries) {
      const sequence = ++this.#sequence;
      const visibleAt = this.clock.now() + this.#ingestMs + delayOf(faults, sequence);
      const insertId = entry.insertId || `${sequence.toString(16).padStart(10, "0")}${randomBytes(7).toString("hex")}`;
      const received = { ...entry, insertId, receiveTimestamp: toTimestamp(visibleAt) } satisfies LogEntry;
      this.#insert({ entry: received, at: sortableTime(received.timestamp), visibleAt, sequence });
    }
  }

  /** Those of a project that are seen by now, oldest first. */
  entries(project: string): readonly StoredEntry[] {
    const now = this.clock.now();
    return (this.#projects.get(project) ?? []).filter(({ visibleAt }) => visibleAt <= now);
  }

  deleteLog(project: string, logName: string): boolean {
    const all = this.#projects.get(project) ?? [];
    const kept = all.filter(({ entry }) => entry.logName !== logName);
    this.#projects.set(project, kept);
    return kept.length < all.length;
  }

  /** Hears of entries from now on, also of those that are seen later, until the returned function is called. */
  listen(listener: EntryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #insert(stored: StoredEntry): void {
    const { entry } = stored;
    const key = `${entry.logName} ${stored.at} ${entry.insertId}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const project = entry.logName.split("/")[1] ?? "";
    const entries = this.#projects.get(project) ?? [];
    this.#projects.set(project, entries);
    let index = entries.length;
    while (index > 0 && compareEntries(entries[index - 1]!, stored) > 0) index--;
    entries.splice(index, 0, stored);
    for (const listener of this.#listeners) listener(stored);
  }
}
