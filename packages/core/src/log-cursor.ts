import type { LogCursor } from "./log-record.ts";
import { LongshoreError } from "./longshore-error.ts";

/** Of one stream: whole records, then UTF-16 units of an unfinished last line. */
export type Delivered = readonly [lines: number, units: number];
/** Of one instance: what lies after `position` and was delivered. */
export interface CursorParts {
  readonly position: string;
  /** By stream. */
  readonly lines: Readonly<Record<string, Delivered>>;
  /** Lines delivered of each event: a late event does not shift the others. */
  readonly events: Readonly<Record<string, number>>;
  readonly gaps: readonly string[];
}
export type CursorByInstance = Readonly<Record<string, CursorParts>>;

const version = "v1.";
const plain = /^[A-Za-z0-9:._-]*$/;
/** Most positions and names need no encoding, which a cursor for each line could not afford. */
const encoded = (text: string): string => (plain.test(text) ? text : `=${Buffer.from(text).toString("base64url")}`);
const decoded = (text: string): string => (text.startsWith("=") ? Buffer.from(text.slice(1), "base64url").toString() : text);
const listed = (values: readonly unknown[]): string => (values.length === 0 ? "" : encoded(JSON.stringify(values)));

/** `INSTANCE~POSITION~STREAM*LINES*UNITS,…~EVENTS~GAPS`: one instance's part of a cursor. */
export function encodeSegment(instance: string, { position, lines, events, gaps }: CursorParts): string {
  let counts = "";
  for (const stream in lines) {
    const [whole, units] = lines[stream] as Delivered;
    counts += `${counts === "" ? "" : ","}${stream}*${whole}*${units}`;
  }
  let known = "~~";
  for (const _ in events) known = "";
  if (known === "" || gaps.length > 0) known = `~${listed(Object.entries(events))}~${listed(gaps)}`;
  return `${encoded(instance)}~${encoded(position)}~${counts}${known}`;
}

export const encodeCursor = (segments: readonly string[]): LogCursor => `${version}${segments.join("!")}` as LogCursor;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
function checked<T>(value: T, holds: boolean): T {
  if (!holds) throw new Error("bad parts");
  return value;
}

function decodeLines(text: string): CursorParts["lines"] {
  const counts = text === "" ? [] : text.split(",");
  return Object.fromEntries(
    counts.map((count) => {
      const [, stream = "", whole, units] = /^(\w+)\*(\d+)\*(\d+)$/.exec(count) ?? [];
      const delivered: Delivered = [Number(whole), Number(units)];
      return checked([stream, delivered], stream !== "" && delivered.every(isCount));
    }),
  );
}
const decodeList = (text: string): readonly unknown[] => {
  const list: unknown = text === "" ? [] : JSON.parse(decoded(text));
  return checked(list as readonly unknown[], Array.isArray(list));
};

function decodeSegment(segment: string): readonly [instance: string, parts: CursorParts] {
  const fields = checked(segment.split("~"), segment.split("~").length === 5);
  const [instance = "", position = "", lines = "", events = "", gaps = ""] = fields;
  const known = decodeList(events).map((event) => checked(event as [string, number], Array.isArray(event) && isCount(event[1])));
  const parts = { lines: decodeLines(lines), events: Object.fromEntries(known), gaps: decodeList(gaps) as readonly string[] };
  return [decoded(instance), { position: decoded(position), ...parts }];
}

/** Throws `invalid-argument` for whatever did not come from a record. */
export function decodeCursor(cursor: string): CursorByInstance {
  try {
    const text = checked(cursor.slice(version.length), cursor.startsWith(version));
    return Object.fromEntries(text.split("!").map(decodeSegment));
  } catch (cause) {
    const message = `not a log cursor: ${JSON.stringify(cursor.slice(0, 40))}; expected one that a log record bore`;
    throw new LongshoreError(message, { code: "invalid-argument", operation: "logs", cause });
  }
}
