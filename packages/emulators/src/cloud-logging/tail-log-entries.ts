import type { Fault } from "../fault.ts";
import { GoogleError } from "../google/google-error.ts";
import { findFault } from "../google/google-fault-kinds.ts";
import type { GoogleCall } from "../google/google-service.ts";
import { TokenBucket } from "../token-bucket.ts";
import { compileFilter } from "./compile-filter.ts";
import { compareEntries, type EntryStore } from "./entry-store.ts";
import { projectsOf } from "./list-log-entries.ts";
import type { StoredEntry } from "./log-entry.ts";

export interface TailLogEntriesRequest {
  readonly resourceNames: readonly string[];
  readonly filter?: string;
  readonly bufferWindow?: string;
}

export interface TailWorld {
  readonly store: EntryStore;
  readonly faults: { next(operation: string): readonly Fault[] };
  /** Whether a session is cut off at the documented rate. */
  readonly quotas: boolean;
}

interface Session {
  readonly windowMs: number;
  readonly wants: (stored: StoredEntry) => boolean;
}

/** How long entries are held back to put them in order where nothing else is asked; documented. */
const defaultWindowMs = 2000;
const longestWindowMs = 60_000;
/** What one session is told of at most, documented as 60,000 entries a minute. */
const sessionRate = { burst: 60_000, perSecond: 1000 };

async function readRequest(inputs: AsyncIterable<TailLogEntriesRequest>): Promise<Session> {
  for await (const { resourceNames = [], filter, bufferWindow } of inputs) {
    const projects = new Set(projectsOf(resourceNames));
    if (projects.size === 0) throw new GoogleError("INVALID_ARGUMENT", "resource_names is empty");
    const windowMs = bufferWindow === undefined ? defaultWindowMs : Number.parseFloat(bufferWindow) * 1000;
    if (!(windowMs >= 0 && windowMs <= longestWindowMs))
      throw new GoogleError("INVALID_ARGUMENT", "buffer_window has to be from 0 to 60 seconds");
    const holds = compileFilter(filter);
    return { windowMs, wants: ({ entry }) => projects.has(entry.logName.split("/")[1] ?? "") && holds(entry) };
  }
  throw new GoogleError("INVALID_ARGUMENT", "the stream ended before its first request");
}

/** Counts what a session is not told of, by the reason. */
class Suppression {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  take(): { readonly suppressionInfo?: readonly object[] } {
    if (this.#counts.size === 0) return {};
    const suppressionInfo = [...this.#counts].map(([reason, suppressedCount]) => ({ reason, suppressedCount }));
    this.#counts.clear();
    return { suppressionInfo };
  }
}

/** Entries as they are received, each window's in the order of their times, until the caller goes. */
export async function* tailLogEntries(
  { store, faults, quotas }: TailWorld,
  inputs: AsyncIterable<TailLogEntriesRequest>,
  { signal }: GoogleCall,
): AsyncGenerator<object> {
  const { clock } = store;
  const { windowMs, wants } = await readRequest(inputs);
  const bucket = new TokenBucket(clock, sessionRate);
  const suppressed = new Suppression();
  let waiting: StoredEntry[] = [];
  let wake = (): void => {};
  const stop = store.listen((stored) => {
    if (!wants(stored)) return;
    waiting.push(stored);
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const dueAt = Math.min(...waiting.map(({ visibleAt }) => visibleAt));
      await clock.sleep(Math.max(windowMs, dueAt - clock.now()), signal);
      const now = clock.now();
      const due = waiting.filter(({ visibleAt }) => visibleAt <= now).sort(compareEntries);
      waiting = waiting.filter(({ visibleAt }) => visibleAt > now);
      const told = due.filter(() => {
        const fault = findFault(faults.next("logging:tail"), "logging:suppress");
        if (fault) suppressed.add(String(fault["reason"] ?? "RATE_LIMIT"));
        else if (quotas && !bucket.take()) suppressed.add("RATE_LIMIT");
        else return true;
        return false;
      });
      const info = suppressed.take();
      if (told.length > 0 || info.suppressionInfo) yield { entries: told.map(({ entry }) => entry), ...info };
    }
  } catch (error) {
    // Whoever goes is told nothing more.
    if (!signal.aborted) throw error;
  } finally {
    stop();
    signal.removeEventListener("abort", onAbort);
  }
}
