import assert from "node:assert/strict";
import type { LogCursor, LogRecord } from "../src/index.ts";
import type { DriverLogItem } from "../src/driver-entry.ts";
import { decodeCursor } from "../src/log-cursor.ts";
import { LogLines } from "../src/log-lines.ts";

const utf8 = new TextEncoder();

export const bytes = (position: string, text: string | Uint8Array, rest: Partial<DriverLogItem> = {}): DriverLogItem =>
  ({
    kind: "bytes",
    stream: "stdout",
    instance: "0",
    position,
    bytes: typeof text === "string" ? utf8.encode(text) : text,
    ...rest,
  }) as DriverLogItem;
export const event = (position: string, name: string, text: string): DriverLogItem => ({
  kind: "event",
  stream: "stdout",
  instance: "0",
  position,
  event: name,
  text,
});
export const gap = (position: string): DriverLogItem => ({
  kind: "gap",
  position,
  gap: "lost",
  reason: "rotated",
  instance: "0",
});

export const read = (items: readonly DriverLogItem[], cursor?: LogCursor): readonly LogRecord[] => {
  const lines = new LogLines(cursor === undefined ? {} : { cursor });
  const records: LogRecord[] = [];
  for (const item of items) lines.push(item, records);
  lines.end(records);
  return records;
};
export const shown = (records: readonly LogRecord[]): readonly string[] =>
  records.map((record) => ("gap" in record ? `<${record.gap}>` : `${record.stream}:${record.text}`));

const sourceOf = (record: LogRecord): string => ("stream" in record ? `${record.instance} ${record.stream}` : record.instance);
/** Order is promised within a stream of an instance, not between two. */
const byStream = (records: readonly LogRecord[]): readonly string[] =>
  records
    .toSorted((a, b) => ("stream" in a && "stream" in b ? sourceOf(a).localeCompare(sourceOf(b)) : 0))
    .map((record) => `${record.instance} ${shown([record])[0] ?? ""}`);
/** What a driver yields that is asked to begin there. */
const readAgain = (items: readonly DriverLogItem[], cursor: LogCursor): readonly DriverLogItem[] => {
  const first = Object.entries(decodeCursor(cursor)).map(([instance, { position }]) => {
    const index = items.findIndex((item) => item.instance === instance && item.position === position);
    return [instance, index] as const;
  });
  const beginnings = new Map(first);
  return items.filter(({ instance }, index) => index >= (beginnings.get(instance) ?? 0));
};

/** From every record's cursor on, and again from the cursors met there, exactly the rest comes. */
export function resumesEverywhere(items: readonly DriverLogItem[], again: readonly DriverLogItem[] = items): number {
  const whole = read(items);
  const from = (cursor: LogCursor): readonly LogRecord[] => read(readAgain(again, cursor), cursor);
  for (const [index, { cursor }] of whole.entries()) {
    const rest = from(cursor);
    assert.deepEqual(byStream(rest), byStream(whole.slice(index + 1)), `resumed after record ${index}`);
    const [second, ...others] = rest;
    if (second !== undefined) assert.deepEqual(byStream(from(second.cursor)), byStream(others), `twice after record ${index}`);
  }
  return whole.length;
}

/** Two streams, torn anywhere, several lines under one position: what a nasty backend sends. */
export function torn(seed: number): readonly DriverLogItem[] {
  let state = seed;
  const pick = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const streams = { stdout: { left: new Uint8Array(), at: "" }, stderr: { left: new Uint8Array(), at: "" } };
  for (const stream of ["stdout", "stderr"] as const) {
    const text = Array.from({ length: 12 }, (_, n) => `${stream[3]}${n} ${["é", "日本", "😀", ""][pick(4)]}\n`).join("");
    streams[stream].left = utf8.encode(text + (pick(2) === 0 ? "tail" : ""));
  }
  const items: DriverLogItem[] = [];
  let group = "0";
  while (streams.stdout.left.length + streams.stderr.left.length > 0) {
    const stream = pick(2) === 0 ? "stdout" : "stderr";
    const source = streams[stream];
    const chunk = source.left.slice(0, 1 + pick(14));
    if (chunk.length === 0) continue;
    if (pick(3) === 0) group = String(items.length);
    if (source.at === "") source.at = group;
    items.push(bytes(source.at, chunk, { stream }));
    source.left = source.left.slice(chunk.length);
    if (chunk.at(-1) === 10) source.at = "";
  }
  return items;
}

/** Byte by byte; but after a newline inside, the old position would come again at a line's start, which no driver may do. */
export const finer = (item: DriverLogItem): readonly DriverLogItem[] =>
  item.kind !== "bytes" || item.bytes.subarray(0, -1).includes(10)
    ? [item]
    : [...item.bytes].map((byte) => ({ ...item, bytes: Uint8Array.of(byte) }));
