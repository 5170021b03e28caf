import { type Cut, cutAll, cutLine } from "./cut-line.ts";
import { type CursorParts, type Delivered, encodeSegment } from "./log-cursor.ts";
import { type DriverLogItem, type LogCursor, type LogRecord, maxLineLength, type Stream } from "./log-record.ts";

type Item<Kind> = Extract<DriverLogItem, { kind: Kind }>;
type Piece = Omit<Cut, "rest">;
/** One stream, and what of its last line is there. `first` is the item in which that line began. */
interface Half {
  readonly stream: Stream;
  readonly decoder: InstanceType<typeof TextDecoder>;
  first: Item<"bytes">;
  text: string;
  open: boolean;
}
export interface InstanceLinesParts {
  readonly instance: string;
  readonly mask: (text: string) => string;
  /** Told of this instance's part, answers with the whole cursor. */
  readonly cursor: (segment: string) => LogCursor;
}
/** Events known again when a backend shows them twice; more than any backend's overlap window holds. */
const remembered = 10_000;
const newline = 10;
const none: Delivered = [0, 0];

/** One instance has one order; those of several instances have nothing to do with each other. */
export class InstanceLines {
  readonly #parts: InstanceLinesParts;
  readonly #halves = new Map<Stream, Half>();
  #newest = "";
  /** Delivered since the position: what the cursor says. Never changed, only replaced. */
  #here: CursorParts = { position: "", lines: {}, events: {}, gaps: [] };
  /** Delivered before the resume and not come by again yet. */
  readonly #skips = new Map<string, Delivered>();
  readonly #oldEvents = new Map<string, number>();
  readonly #oldGaps = new Set<string>();
  readonly #seen = new Map<string, number>();

  constructor(parts: InstanceLinesParts) {
    this.#parts = parts;
  }
  /** Goes on from there; answers with the cursor's part. */
  begin(parts: CursorParts): string {
    this.#here = parts;
    this.#newest = parts.position;
    for (const [stream, delivered] of Object.entries(parts.lines)) this.#skips.set(stream, delivered);
    for (const [event, count] of Object.entries(parts.events)) {
      this.#oldEvents.set(event, count);
      this.#seen.set(event, count);
    }
    for (const gap of parts.gaps) this.#oldGaps.add(gap);
    return encodeSegment(this.#parts.instance, parts);
  }
  push(item: DriverLogItem, records: LogRecord[]): void {
    if (item.kind === "bytes") this.#bytes(item, records);
    else if (item.kind === "event") this.#event(item, records);
    else this.#gap(item, records);
  }
  end(records: LogRecord[]): void {
    for (const half of this.#halves.values()) this.#flush(half, { as: "tail", records });
  }

  /**
   * Only at the first item that bears the position, since a later read begins there; and only while no line is half read,
   * since a position between its halves would lose the first one. Otherwise the old position stays, with more to pass over.
   */
  #moveTo(position: string): void {
    if (position === this.#newest) return;
    this.#newest = position;
    for (const half of this.#halves.values()) if (half.open) return;
    const nothing = this.#skips.size + this.#oldEvents.size + this.#oldGaps.size === 0;
    if (nothing) this.#here = { position, lines: {}, events: {}, gaps: [] };
    else {
      const [lines, events] = [Object.fromEntries(this.#skips), Object.fromEntries(this.#oldEvents)];
      this.#here = { position, lines, events, gaps: [...this.#oldGaps] };
    }
  }
  #bytes(item: Item<"bytes">, records: LogRecord[]): void {
    const { bytes } = item;
    const half = this.#halfOf(item);
    if (!half.open) {
      this.#moveTo(item.position);
      half.first = item;
    }
    const end = bytes.indexOf(newline);
    const whole = end === bytes.length - 1 && !half.open && half.text === "" && bytes.length <= maxLineLength;
    if (whole && end >= 0)
      return this.#line(half, { text: half.decoder.decode(bytes.subarray(0, end)), continued: false }, records);
    if (bytes.length > 0) half.open = bytes.at(-1) !== newline;
    half.text += half.decoder.decode(bytes, { stream: true });
    for (let cut = cutLine(half.text); cut !== undefined; cut = cutLine(half.text)) {
      half.text = cut.rest;
      this.#line(half, cut, records);
      half.first = item;
    }
  }
  #halfOf(item: Item<"bytes">): Half {
    const { stream } = item;
    const known = this.#halves.get(stream);
    if (known !== undefined) return known;
    const half = { stream, decoder: new TextDecoder("utf-8", { ignoreBOM: true }), first: item, text: "", open: false };
    this.#halves.set(stream, half);
    return half;
  }
  #line(half: Half, piece: Piece, records: LogRecord[]): void {
    const { stream } = half;
    const [skipLines, skipUnits] = this.#skips.get(stream) ?? none;
    if (skipLines > 0) return void this.#skips.set(stream, [skipLines - 1, skipUnits]);
    if (this.#skips.size > 0) this.#skips.delete(stream);
    this.#delivered(stream, [(this.#here.lines[stream]?.[0] ?? 0) + 1, 0]);
    this.#show(half, { ...piece, skip: skipUnits }, records);
  }
  #delivered(stream: Stream, delivered: Delivered): void {
    const { position, lines, events, gaps } = this.#here;
    this.#here = { position, lines: { ...lines, [stream]: delivered }, events, gaps };
  }
  #show({ first }: Half, { text, continued, skip }: Piece & { readonly skip: number }, records: LogRecord[]): void {
    if (skip > 0 && text.length <= skip) return;
    const { stream, instance, at } = first;
    const shown = this.#parts.mask(skip > 0 ? text.slice(skip) : text);
    const cursor = this.#cursor();
    const timed = at === undefined ? { stream, instance, text: shown, cursor } : { stream, instance, at, text: shown, cursor };
    records.push(continued ? { ...timed, continued } : timed);
  }
  #cursor(): LogCursor {
    return this.#parts.cursor(encodeSegment(this.#parts.instance, this.#here));
  }
  /** A tail is counted in units, so that a later read goes on inside the line; a broken character is shown, not counted. */
  #flush(half: Half, { as, records }: { readonly as: "tail" | "line"; readonly records: LogRecord[] }): void {
    const { text, stream } = half;
    const shown = text + half.decoder.decode();
    Object.assign(half, { text: "", open: false });
    if (shown === "") return;
    if (as === "line") return this.#line(half, { text: shown, continued: false }, records);
    const [skipLines, skipUnits] = this.#skips.get(stream) ?? none;
    if (skipLines > 0) return;
    this.#delivered(stream, [this.#here.lines[stream]?.[0] ?? 0, Math.max(skipUnits, text.length)]);
    this.#show(half, { text: shown, continued: false, skip: skipUnits }, records);
  }
  #event(item: Item<"event">, records: LogRecord[]): void {
    this.#moveTo(item.position);
    this.#oldEvents.delete(item.event);
    const { stream, instance, at, event } = item;
    const cuts = cutAll(item.text.replace(/\r?\n$/, ""));
    const known = this.#seen.get(event) ?? 0;
    this.#counted(event, known);
    for (const [index, { text, continued }] of cuts.entries()) {
      if (index < known) continue;
      this.#counted(event, index + 1);
      const goesOn = continued ? ({ continued } as const) : {};
      const shown = this.#parts.mask(text);
      records.push({ stream, instance, ...(at !== undefined && { at }), text: shown, ...goesOn, cursor: this.#cursor() });
    }
    this.#seen.delete(event);
    this.#seen.set(event, cuts.length);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
  }
  #counted(event: string, count: number): void {
    const { position, lines, events, gaps } = this.#here;
    this.#here = { position, lines, events: { ...events, [event]: count }, gaps };
  }
  /** A loss that the cursor does not know of has taken with it what was still to be passed over. */
  #gap({ position, gap, reason, instance }: Item<"gap">, records: LogRecord[]): void {
    for (const half of this.#halves.values()) this.#flush(half, { as: "line", records });
    if (this.#oldGaps.delete(position)) {
      this.#moveTo(position);
      return this.#gapSeen(position);
    }
    for (const [stream, [lost]] of this.#skips) {
      this.#delivered(stream as Stream, [(this.#here.lines[stream]?.[0] ?? lost) - lost, 0]);
      this.#skips.delete(stream);
    }
    this.#moveTo(position);
    this.#gapSeen(position);
    records.push({ gap, reason: this.#parts.mask(reason), instance, cursor: this.#cursor() });
  }
  #gapSeen(gap: string): void {
    const { position, lines, events, gaps } = this.#here;
    this.#here = { position, lines, events, gaps: gaps.includes(gap) ? gaps : [...gaps, gap] };
  }
}
