import assert from "node:assert/strict";
import { type Instant, instant, type Stream } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import { test } from "vitest";
import { LinePlaces } from "../src/line-places.ts";
import { decodeFrames, encodeFrame, type Frame } from "../src/log-frame.ts";

const at: Instant = instant(0);
const streams: readonly Stream[] = ["stdout", "stderr"];
/** The same in every run: a linear congruential generator (Numerical Recipes, 7.1). */
function* randomLogs(count: number): Generator<readonly Frame[], void, void> {
  let state = 1;
  const below = (limit: number): number =>
    Math.floor(((state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32) * limit);
  const letters = ["a", "b", "é", "\n", "\n"];
  const text = (): string => Array.from({ length: 1 + below(6) }, () => letters[below(letters.length)]).join("");
  const frame = (): Frame => ({ kind: streams[below(2)] ?? "stdout", at, bytes: Buffer.from(text()) });
  for (let n = 0; n < count; n++) yield Array.from({ length: below(12) }, frame);
}
const logOf = (all: readonly Frame[]): Buffer => Buffer.concat(all.map(encodeFrame));
function itemsOf(log: Buffer, position?: string): readonly DriverLogItem[] {
  const places = new LinePlaces("0", position);
  return [...decodeFrames(log.subarray(places.beginning), places.beginning)].flatMap((frame) => [...places.place(frame)]);
}
const written = (items: readonly DriverLogItem[], stream: Stream): string =>
  Buffer.concat(items.flatMap((item) => (item.kind === "bytes" && item.stream === stream ? [item.bytes] : []))).toString();

test("what is read is what was written, from any position on too", () => {
  for (const all of randomLogs(500)) {
    const log = logOf(all);
    const items = itemsOf(log);
    for (const stream of streams) {
      assert.equal(
        written(items, stream),
        Buffer.concat(all.filter(({ kind }) => kind === stream).map(({ bytes }) => bytes)).toString(),
      );
    }
    for (const position of new Set(items.map((item) => item.position))) {
      const first = items.findIndex((item) => item.position === position);
      const again = itemsOf(log, position);
      for (const stream of streams) assert.equal(written(again, stream), written(items.slice(first), stream), position);
    }
  }
});

test("a position comes back only with bytes that go on with its line, and each lies at the start of a line", () => {
  for (const all of randomLogs(500)) {
    const open = new Map<Stream, string>();
    const passed = new Set<string>();
    let last = "";
    for (const item of itemsOf(logOf(all))) {
      assert(item.kind === "bytes" && item.bytes.length > 0);
      const goesOn = open.get(item.stream);
      if (goesOn === undefined) {
        assert(item.position === last || !passed.has(item.position), "it did not come before");
        passed.add(item.position);
        last = item.position;
      } else {
        assert.equal(item.position, goesOn);
      }
      if (item.bytes.at(-1) === 10) open.delete(item.stream);
      else open.set(item.stream, item.position);
    }
  }
});

test("an unfinished frame waits", () => {
  const log = logOf([
    { kind: "stdout", at, bytes: Buffer.from("one\n") },
    { kind: "stderr", at, bytes: Buffer.from("o 2026-01-31T12:00:00.000000000Z 3\nabc\n") },
  ]);
  const first = [...decodeFrames(log, 0)][0];
  for (let length = first?.end ?? 0; length < log.length; length++) {
    assert.equal([...decodeFrames(log.subarray(0, length), 0)].length, 1);
  }
  assert.deepEqual(
    [...decodeFrames(log, 0)].map(({ bytes }) => bytes.toString()),
    ["one\n", "o 2026-01-31T12:00:00.000000000Z 3\nabc\n"],
  );
});
