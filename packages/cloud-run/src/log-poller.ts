import type { protos } from "@google-cloud/logging-api";
import type { Owner } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
import type { CloudRunApi } from "./cloud-run-api.ts";
import { type Clause, logFilter } from "./log-filter.ts";
import { LogReader, type Start } from "./log-reader.ts";
import { type Entry, keyOf, readEntry, type Source } from "./read-entry.ts";

type NativeEntry = protos.google.logging.v2.ILogEntry;

export interface LogPollerParts {
  readonly api: CloudRunApi;
  readonly owner: Owner;
  /** Between the beginnings of two rounds, where Cloud Logging's rate lets us. */
  readonly pollMs: number;
  /** What was received so long before the newest is read again. */
  readonly overlapMs: number;
}
/** entries.list gives so many at once (REST reference). */
const pageSize = 1000;
const nanosPerMs = 1_000_000n;
/** Two clocks may differ by this: what was received longer ago than that has been shown. */
const skewMs = 60_000;
/** Programs that write their own times are rarely wrong by more; Cloud Logging searches by them. */
const strayMs = 24 * 3_600_000;
/** Readers that come at the same time are read for by the same call. */
const gatherMs = 20;

const least = (values: readonly bigint[]): bigint | undefined =>
  values.length === 0 ? undefined : values.reduce((one, other) => (one < other ? one : other));

/** One row of calls for all logs that are read now, whatever their number: Cloud Logging gives a project 60 a minute. */
export class LogPoller {
  readonly #parts: LogPollerParts;
  readonly #readers = new Set<LogReader>();
  /** When the newest entry that was seen was received. */
  #seenTo = 0n;
  #over: AbortController | undefined;
  #wake = (): void => {};

  constructor(parts: LogPollerParts) {
    this.#parts = parts;
  }
  /** Disposing it leaves; with the last one the looking ends. */
  open(source: Source, start: Start): LogReader & Disposable {
    const reader = new LogReader(source, start, () => this.#wake());
    this.#readers.add(reader);
    if (this.#over === undefined) void this.#run((this.#over = new AbortController()));
    else this.#wake();
    return Object.assign(reader, { [Symbol.dispose]: () => this.#leave(reader) });
  }
  #leave(reader: LogReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#over?.abort();
    this.#over = undefined;
  }
  async #run({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      await sleep(gatherMs, signal).catch(() => {});
      const began = performance.now();
      const readers = [...this.#readers].filter(({ isFull }) => !isFull);
      if (readers.length > 0 && !signal.aborted) await this.#look(readers, began, signal);
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      if ([...this.#readers].some(({ isCaughtUp, isFull }) => !isCaughtUp && !isFull)) continue;
      const rest = Math.max(0, this.#parts.pollMs - (performance.now() - began));
      await sleep(rest, AbortSignal.any([woken.signal, signal])).catch(() => {});
    }
  }
  async #look(readers: readonly LogReader[], began: number, signal: AbortSignal): Promise<void> {
    const from = this.#overlapFrom();
    try {
      await this.#round(readers, signal);
      const now = BigInt(Date.now() - skewMs) * nanosPerMs;
      if (now > this.#seenTo) this.#seenTo = now;
      for (const reader of readers) {
        reader.isCaughtUp = true;
        reader.push({ began });
      }
      for (const reader of this.#readers) if (!readers.includes(reader)) reader.leaveOut(from);
    } catch (error) {
      for (const reader of readers) {
        this.#readers.delete(reader);
        reader.fail(error);
      }
      if (this.#readers.size === 0 && !signal.aborted) {
        this.#over?.abort();
        this.#over = undefined;
      }
    }
  }
  #overlapFrom(): Start {
    const received = this.#seenTo - BigInt(this.#parts.overlapMs) * nanosPerMs;
    return { at: received, received };
  }
  async #round(readers: readonly LogReader[], signal: AbortSignal): Promise<void> {
    const byKey = Map.groupBy(readers, ({ source }) => keyOf(source));
    const request = this.#request(readers);
    let pageToken = "";
    do {
      const page = await this.#page({ ...request, pageToken }, signal);
      const found = (page.entries ?? []).flatMap((entry: NativeEntry) => readEntry(entry) ?? []);
      this.#deliver(found, byKey);
      pageToken = page.nextPageToken ?? "";
    } while (pageToken !== "");
  }
  #request(readers: readonly LogReader[]): protos.google.logging.v2.IListLogEntriesRequest {
    const { api, owner } = this.#parts;
    const [live, fresh] = [readers.filter(({ isCaughtUp }) => isCaughtUp), readers.filter(({ isCaughtUp }) => !isCaughtUp)];
    const clauses: Clause[] = [];
    if (fresh.length > 0) {
      const at = least(fresh.map(({ start }) => start.at));
      const received = least(fresh.flatMap(({ start }) => start.received ?? []));
      const sources = fresh.map(({ source }) => source);
      clauses.push({ sources, ...(at !== undefined && { at }), ...(received !== undefined && { received }) });
    }
    if (live.length > 0)
      clauses.push({ sources: live.map(({ source }) => source), received: this.#overlapFrom().received ?? 0n });
    const earliest = least([...fresh.map(({ start }) => start.at), this.#overlapFrom().at]) ?? 0n;
    const stray = earliest - BigInt(strayMs) * nanosPerMs;
    return {
      resourceNames: [`projects/${api.project}`],
      filter: logFilter({ project: api.project, owner, earliest: stray }, clauses),
      orderBy: "timestamp asc",
      pageSize,
    };
  }
  async #page(
    request: protos.google.logging.v2.IListLogEntriesRequest,
    signal: AbortSignal,
  ): Promise<protos.google.logging.v2.IListLogEntriesResponse> {
    const { api } = this.#parts;
    const [entries, , answer] = await api.callLogs("ListLogEntries", signal, (options) =>
      api.clients.logging.listLogEntries(request, { ...options, autoPaginate: false }),
    );
    return answer ?? { entries };
  }
  #deliver(entries: readonly Entry[], byKey: ReadonlyMap<string, readonly LogReader[]>): void {
    for (const { received } of entries) if (received > this.#seenTo) this.#seenTo = received;
    for (const [key, own] of Map.groupBy(entries, (entry) => entry.key))
      for (const reader of byKey.get(key) ?? []) reader.push({ entries: own });
  }
}
