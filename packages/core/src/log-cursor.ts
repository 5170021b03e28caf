import type { LogCursor } from "./log-record.ts";
import { LongshoreError } from "./longshore-error.ts";

/** Of one instance: what lies after `position` and was delivered. */
export interface CursorParts {
  readonly position: string;
  /** By stream: whole records, then UTF-16 units of an unfinished last line. */
  readonly lines: Readonly<Record<string, readonly [lines: number, units: number]>>;
  /** Lines delivered of each event: a late event does not shift the others. */
  readonly events: Readonly<Record<string, number>>;
  readonly gaps: readonly string[];
}
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const arePairs = (value: object): boolean =>
  Object.values(value).every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount));

export type CursorByInstance = Readonly<Record<string, CursorParts>>;
type Packed = readonly [CursorParts["position"], CursorParts["lines"], CursorParts["events"], CursorParts["gaps"]];

const pack = ({ position, lines, events, gaps }: CursorParts): Packed => [position, lines, events, gaps];

export function encodeCursor(cursor: CursorByInstance): LogCursor {
  const packed = Object.fromEntries(Object.entries(cursor).map(([instance, parts]) => [instance, pack(parts)]));
  return `v1.${Buffer.from(JSON.stringify(packed)).toString("base64url")}` as LogCursor;
}

function unpack(packed: unknown): CursorParts {
  const [position, lines, events, gaps] = packed as readonly unknown[];
  if (typeof position !== "string" || !isObject(lines) || !isObject(events) || !Array.isArray(gaps)) throw new Error("bad parts");
  if (!arePairs(lines) || !Object.values(events).every(isCount)) throw new Error("bad counts");
  return { position, lines, events, gaps } as CursorParts;
}

/** Throws `invalid-argument` for whatever did not come from a record. */
export function decodeCursor(cursor: string): CursorByInstance {
  try {
    if (!cursor.startsWith("v1.")) throw new Error("unknown version");
    const packed: unknown = JSON.parse(Buffer.from(cursor.slice(3), "base64url").toString());
    if (!isObject(packed)) throw new Error("no mapping");
    return Object.fromEntries(Object.entries(packed).map(([instance, parts]) => [instance, unpack(parts)]));
  } catch (cause) {
    const message = `not a log cursor: ${JSON.stringify(cursor.slice(0, 40))}; expected one that a log record bore`;
    throw new LongshoreError(message, { code: "invalid-argument", operation: "logs", cause });
  }
}
