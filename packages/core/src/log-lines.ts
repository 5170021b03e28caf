import { type Cut, cutAll, cutLine } from "./cut-line.ts";
import { type CursorParts, decodeCursor, encodeCursor } from "./log-cursor.ts";
import type { DriverLogItem, LogCursor, LogRecord } from "./log-record.ts";

type Item<Kind> = Extract<DriverLogItem, { kind: Kind }>;
type Counts = Map<string, readonly [lines: number, units: number]>;
/** One stream, and what of its last line is there. `first` is the item in which that line began. */
interface Half {
  readonly key: string;
  readonly decoder: InstanceType<typeof TextDecoder>;
  first: Item<"bytes">;
  text: string;
  open: boolean;
}
/** Events known again when a backend shows them twice; more than any backend's overlap window holds. */
const remembered = 10_000;

const nothingRead: CursorParts = { position: "", lines: {}, events: {}, gaps: [] };

/** Items become lines, each with a cursor from which another process goes on with the next one. */
export class LogLines {
  readonly #instances = new Map<string, InstanceLines>();
  readonly #here = (): LogCursor =>
    encodeCursor(Object.fromEntries([...this.#instances].map(([instance, lines]) => [instance, lines.parts()])));

  constructor(cursor?: LogCursor) {
    for (const [instance, parts] of Object.entries(cursor === undefined ? {} : decodeCursor(cursor))) {
      this.#instances.set(instance, new InstanceLines(this.#here, parts));
    }
  }
  push(item: DriverLogItem): Iterable<LogRecord> {
    const known = this.#instances.get(item.instance);
    if (known !== undefined) return known.push(item);
    const lines = new InstanceLines(this.#here, nothingRead);
    this.#instances.set(item.instance, lines);
    return lines.push(item);
  }
  /** The source has ended: tails without a newline. */
  *end(): Iterable<LogRecord> {
    for (const lines of this.#instances.values()) yield* lines.end();
  }
}

/** One instance has one order; those of several instances have nothing to do with each other. */
class InstanceLines {
  readonly #here: () => LogCursor;
  readonly #halves = new Map<string, Half>();
  /** Delivered since `#position`: what the cursor says. */
  #position: string;
  #newest: string;
  #lines: Counts;
  #events: Map<string, number>;
  #gaps: Set<string>;
  /** Delivered before the resume and not come by again yet. */
  #skips: Counts;
  readonly #oldEvents: Map<string, number>;
  readonly #oldGaps: Set<string>;
  readonly #seen: Map<string, number>;

  constructor(here: () => LogCursor, { position, lines, events, gaps }: CursorParts) {
    this.#here = here;
    this.#position = this.#newest = position;
    [this.#lines, this.#skips] = [new Map(Object.entries(lines)), new Map(Object.entries(lines))];
    [this.#events, this.#oldEvents] = [new Map(Object.entries(events)), new Map(Object.entries(events))];
    [this.#gaps, this.#oldGaps] = [new Set(gaps), new Set(gaps)];
    this.#seen = new Map(this.#events);
  }
  parts(): CursorParts {
    const [lines, events] = [Object.fromEntries(this.#lines), Object.fromEntries(this.#events)];
    return { position: this.#position, lines, events, gaps: [...this.#gaps] };
  }
  push(item: DriverLogItem): Iterable<LogRecord> {
    if (item.kind === "bytes") return this.#bytes(item);
    return item.kind === "event" ? this.#event(item) : this.#gap(item);
  }
  /** The source has ended: tails without a newline. */
  *end(): Iterable<LogRecord> {
    for (const half of this.#halves.values()) yield* this.#flush(half, "tail");
  }

  /**
   * Only at the first item that bears the position, since a later read begins there; and only while no line is half read,
   * since a position between its halves would lose the first one. Otherwise the old position stays, with more to pass over.
   */
  #moveTo(position: string): void {
    if (position === this.#newest) return;
    this.#newest = position;
    if ([...this.#halves.values()].some((half) => half.open)) return;
    this.#position = position;
    this.#lines = new Map(this.#skips);
    this.#events = new Map(this.#oldEvents);
    this.#gaps = new Set(this.#oldGaps);
  }
  *#bytes(item: Item<"bytes">): Iterable<LogRecord> {
    const half = this.#halfOf(item);
    if (!half.open) this.#moveTo(item.position);
    if (!half.open) half.first = item;
    if (item.bytes.length > 0) half.open = item.bytes.at(-1) !== 10;
    half.text += half.decoder.decode(item.bytes, { stream: true });
    for (let cut = cutLine(half.text); cut !== undefined; cut = cutLine(half.text)) {
      half.text = cut.rest;
      yield* this.#line(half, cut);
      half.first = item;
    }
  }
  #halfOf(item: Item<"bytes">): Half {
    const key = item.stream;
    const known = this.#halves.get(key);
    if (known !== undefined) return known;
    const half = { key, decoder: new TextDecoder("utf-8", { ignoreBOM: true }), first: item, text: "", open: false };
    this.#halves.set(key, half);
    return half;
  }
  *#line(half: Half, cut: Omit<Cut, "rest">): Iterable<LogRecord> {
    const [skipLines, skipUnits] = this.#skips.get(half.key) ?? [0, 0];
    if (skipLines > 0) return void this.#skips.set(half.key, [skipLines - 1, skipUnits]);
    this.#skips.delete(half.key);
    this.#lines.set(half.key, [(this.#lines.get(half.key)?.[0] ?? 0) + 1, 0]);
    yield* this.#show(half, cut, skipUnits);
  }
  *#show({ first: { stream, instance, at } }: Half, { text, continued }: Omit<Cut, "rest">, skip: number): Iterable<LogRecord> {
    if (skip > 0 && text.length <= skip) return;
    const time = at === undefined ? {} : { at };
    const goesOn = continued ? ({ continued } as const) : {};
    yield { stream, instance, ...time, text: text.slice(skip), ...goesOn, cursor: this.#here() };
  }
  /** A tail is counted in units, so that a later read goes on inside the line; a broken character is shown, not counted. */
  *#flush(half: Half, as: "tail" | "line"): Iterable<LogRecord> {
    const { text } = half;
    const shown = text + half.decoder.decode();
    Object.assign(half, { text: "", open: false });
    if (shown === "") return;
    if (as === "line") return void (yield* this.#line(half, { text: shown, continued: false }));
    const [skipLines, skipUnits] = this.#skips.get(half.key) ?? [0, 0];
    if (skipLines > 0) return;
    this.#lines.set(half.key, [this.#lines.get(half.key)?.[0] ?? 0, Math.max(skipUnits, text.length)]);
    yield* this.#show(half, { text: shown, continued: false }, skipUnits);
  }
  *#event(item: Item<"event">): Iterable<LogRecord> {
    this.#moveTo(item.position);
    this.#oldEvents.delete(item.event);
    const { stream, instance, at, event } = item;
    const cuts = cutAll(item.text.replace(/\r?\n$/, ""));
    const known = this.#seen.get(event) ?? 0;
    this.#events.set(event, known);
    for (const [index, { text, continued }] of cuts.entries()) {
      if (index < known) continue;
      this.#events.set(event, index + 1);
      const goesOn = continued ? ({ continued } as const) : {};
      yield { stream, instance, ...(at !== undefined && { at }), text, ...goesOn, cursor: this.#here() };
    }
    this.#seen.delete(event);
    this.#seen.set(event, cuts.length);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
  }
  /** A loss that the cursor does not know of has taken with it what was still to be passed over. */
  *#gap({ position, gap, reason, instance }: Item<"gap">): Iterable<LogRecord> {
    for (const half of this.#halves.values()) yield* this.#flush(half, "line");
    if (this.#oldGaps.delete(position)) {
      this.#moveTo(position);
      this.#gaps.add(position);
      return;
    }
    for (const [key, [lost]] of this.#skips) {
      this.#lines.set(key, [(this.#lines.get(key)?.[0] ?? lost) - lost, 0]);
      this.#skips.delete(key);
    }
    this.#moveTo(position);
    this.#gaps.add(position);
    yield { gap, reason, instance, cursor: this.#here() };
  }
}
