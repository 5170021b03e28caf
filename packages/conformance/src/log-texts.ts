import assert from "node:assert/strict";
import type { LogLine, LogRecord, Stream } from "@longshore/core";

export const isLine = (record: LogRecord): record is LogLine => "text" in record;

/** Whole lines: pieces of one are joined again. Order holds within a stream only. */
export function linesOf(records: readonly LogRecord[], stream?: Stream): readonly string[] {
  const whole: string[] = [];
  const open = new Map<string, string>();
  for (const record of records.filter(isLine)) {
    if (stream !== undefined && record.stream !== stream) continue;
    const key = `${record.instance}/${record.stream}`;
    const text = (open.get(key) ?? "") + record.text;
    open.delete(key);
    if (record.continued === true) open.set(key, text);
    else whole.push(text);
  }
  return [...whole, ...open.values()];
}

export const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

/** As `deepEqual`, but says where two long lists part. */
export function assertSameLines(found: readonly string[], expected: readonly string[], what: string): void {
  const at = expected.findIndex((line, index) => found[index] !== line);
  const part = at === -1 ? expected.length : at;
  if (at === -1 && found.length === expected.length) return;
  const near = (lines: readonly string[]): string => JSON.stringify(lines.slice(part, part + 3).map((line) => line.slice(0, 80)));
  assert.fail(
    `${what}: ${found.length} lines, expected ${expected.length}; from line ${part + 1} on ${near(found)}, expected ${near(expected)}`,
  );
}
