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

/** What the first request of a stream asks for. */
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

/** What a session has not told yet, and how much it will not tell. */
class TailBuffer {
  readonly #world: TailWorld;
  readonly #bucket: TokenBucket;
  readonly #suppressed = new Map<string, number>();
  #waiting: StoredEntry[] = [];
  #wake = (): void => {};

  constructor(world: TailWorld) {
    this.#world = world;
    this.#bucket = new TokenBucket(world.store.clock, sessionRate);
  }

  add(stored: StoredEntry): void {
    this.#waiting.push(stored);
    this.#wake();
  }

  wake(): void {
    this.#wake();
  }

  /** Until there is something, and its window is over. */
  async wait(windowMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#world.store;
    if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const dueAt = Math.min(...this.#waiting.map(({ visibleAt }) => visibleAt));
    await clock.sleep(Math.max(windowMs, dueAt - clock.now()), signal);
  }

  /** What is to be told now; undefined where that is nothing. */
  take(): object | undefined {
    const now = this.#world.store.clock.now();
    const due = this.#waiting.filter(({ visibleAt }) => visibleAt <= now).sort(compareEntries);
    this.#waiting = this.#waiting.filter(({ visibleAt }) => visibleAt > now);
    const entries = due.filter(() => !this.#suppresses()).map(({ entry }) => entry);
    const suppressionInfo = [...this.#suppressed].map(([reason, suppressedCount]) => ({ reason, suppressedCount }));
    this.#suppressed.clear();
    return entries.length + suppressionInfo.length > 0 ? { entries, suppressionInfo } : undefined;
  }

  #suppresses(): boolean {
    const { faults, quotas } = this.#world;
    const fault = findFault(faults.next("logging:tail"), "logging:suppress");
    if (!fault && !(quotas && !this.#bucket.take())) return false;
    const reason = String(fault?.["reason"] ?? "RATE_LIMIT");
    this.#suppressed.set(reason, (this.#suppressed.get(reason) ?? 0) + 1);
    return true;
  }
}

/** Entries as they are received, each window's in the order of their times, until the caller goes. */
export async function* tailLogEntries(
  world: TailWorld,
  inputs: AsyncIterable<TailLogEntriesRequest>,
  { signal }: GoogleCall,
): AsyncGenerator<object> {
  const { windowMs, wants } = await readRequest(inputs);
  const buffer = new TailBuffer(world);
  const stop = world.store.listen((stored) => wants(stored) && buffer.add(stored));
  const onAbort = (): void => buffer.wake();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      await buffer.wait(windowMs, signal);
      const told = buffer.take();
      if (told) yield told;
    }
  } catch (error) {
    // Whoever goes is told nothing more.
    if (!signal.aborted) throw error;
  } finally {
    stop();
    signal.removeEventListener("abort", onAbort);
  }
}
