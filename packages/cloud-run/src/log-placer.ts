import type { Instant } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { Entry } from "./read-entry.ts";
import { fromNanos, toNanos } from "./timestamps.ts";

/** A point in an instance's log: an entry, and when the latest of those up to it was received. */
interface Point {
  readonly at: bigint;
  readonly insertId: string;
  readonly received: bigint;
  readonly text: string;
}
interface Place {
  /** Where a reader left off, if it did. */
  readonly from: Point | undefined;
  newest: Point | undefined;
  received: bigint;
}
/** More of them are kept only as long as they may come by again. */
const mostKept = 20_000;
const nanosPerMs = 1_000_000n;

export function readPosition(text: string): Point {
  const [at = "0", received = "0", ...rest] = text.split(".");
  return { at: BigInt(at), received: BigInt(received), insertId: rest.join("."), text };
}
const compare = (one: Pick<Point, "at" | "insertId">, other: Pick<Point, "at" | "insertId">): number => {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.insertId === other.insertId ? 0 : one.insertId < other.insertId ? -1 : 1;
};

export interface PlacerOptions {
  readonly positions?: Readonly<Record<string, string>>;
  readonly since?: Instant;
  /** So long before the newest an entry may come by again. */
  readonly overlapMs: number;
}

/**
 * Hands out each entry once, from its instance's position on. An entry is known by its time and insert id; one that shows late is
 * told from one that was shown before by when it was received.
 */
export class LogPlacer {
  readonly #options: PlacerOptions;
  readonly #since: bigint | undefined;
  readonly #places = new Map<string, Place>();
  /** When it was received, by event. */
  readonly #seen = new Map<string, bigint>();
  #received = 0n;

  constructor(options: PlacerOptions) {
    this.#options = options;
    this.#since = options.since === undefined ? undefined : instantNanos(options.since);
  }
  items(entries: readonly Entry[]): readonly DriverLogItem[] {
    this.#prune();
    return entries.flatMap((entry) => (entry.log === "system" ? [] : (this.#item(entry) ?? [])));
  }
  #item(entry: Entry): DriverLogItem | undefined {
    const { at, received, insertId, instance, log, text } = entry;
    const event = `${at}.${insertId}`;
    if (this.#seen.has(event)) return undefined;
    this.#seen.set(event, received);
    if (received > this.#received) this.#received = received;
    if (this.#since !== undefined && at < this.#since) return undefined;
    const place = this.#placeOf(instance);
    const { from } = place;
    if (from !== undefined && compare(entry, from) < 0 && received <= from.received) return undefined;
    const position = this.#move(place, entry);
    return { kind: "event", event, stream: log === "stderr" ? "stderr" : "stdout", instance, at: fromNanos(at), text, position };
  }
  /** What is late keeps the position of the newest line before it: an earlier one must not come back. */
  #move(place: Place, { at, insertId, received: own }: Entry): string {
    if (own > place.received) place.received = own;
    const { newest, received } = place;
    if (newest !== undefined && compare({ at, insertId }, newest) <= 0) return newest.text;
    place.newest = { at, insertId, received, text: `${at}.${received}.${insertId}` };
    return place.newest.text;
  }
  #placeOf(instance: string): Place {
    const known = this.#places.get(instance);
    if (known !== undefined) return known;
    const text = this.#options.positions?.[instance];
    const from = text === undefined ? undefined : readPosition(text);
    const place = { from, newest: from, received: from?.received ?? 0n };
    this.#places.set(instance, place);
    return place;
  }
  #prune(): void {
    if (this.#seen.size < mostKept) return;
    const kept = this.#received - BigInt(this.#options.overlapMs) * 2n * nanosPerMs;
    for (const [event, received] of this.#seen) if (received < kept) this.#seen.delete(event);
  }
}
const instantNanos = (instant: Instant): bigint =>
  toNanos({ seconds: Math.floor(Date.parse(instant) / 1000), nanos: Number(/\.(\d{9})Z$/.exec(instant)?.[1] ?? 0) });
