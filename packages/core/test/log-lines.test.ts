import { instant, maxLineLength } from "../src/index.ts";
import { expect, test } from "vitest";
import { decodeCursor } from "../src/log-cursor.ts";
import type { DriverLogItem } from "../src/driver-entry.ts";
import { bytes, event, finer, gap, read, resumesEverywhere, shown, torn } from "./log-kit.ts";

test("a tail without newline keeps its text, time and cursor, and goes on inside the line later", () => {
  const at = instant("2026-01-01T00:00:00.123456789Z");
  const [line, tail] = read([bytes("0", "one\nwor", { at })]);
  if (tail === undefined || line === undefined || !("text" in tail)) throw new Error("no records");
  expect([tail.text, tail.at]).toEqual(["wor", at]);
  expect(shown(read([bytes("0", "one\nworld\n")], tail.cursor))).toEqual(["stdout:ld"]);
  expect(shown(read([bytes("0", "one\nwor\nnext\n")], tail.cursor))).toEqual(["stdout:next"]);
});

test("a line's time is that of its beginning", () => {
  const [first, second] = [instant("2026-01-01T00:00:01Z"), instant("2026-01-01T00:00:02Z")];
  const records = read([bytes("0", "a", { at: first }), bytes("0", "b\nc\n", { at: second })]);
  expect(records.map((record) => "text" in record && record.at)).toEqual([first, second]);
});

test("characters split across chunks survive", () => {
  const whole = new TextEncoder().encode("日😀\n");
  expect(shown(read([...whole].map((byte) => bytes("0", Uint8Array.of(byte)))))).toEqual(["stdout:日😀"]);
});

test("a line is bounded, cut alike however it arrives, never inside a character, and says that it goes on", () => {
  const text = `x${"😀".repeat(maxLineLength)}\nend\n`;
  const once = read([bytes("0", text)]);
  const chunks = Array.from({ length: Math.ceil(text.length / 1000) }, (_, n) =>
    bytes("0", text.slice(n * 1000, n * 1000 + 1000)),
  );
  const whole = shown(once).map((line) => line.slice(7));
  expect(whole.join("")).toBe(text.replaceAll("\n", ""));
  expect(read(chunks).length).toBe(once.length);
  expect(once.map((record) => "text" in record && record.continued === true)).toEqual([true, true, false, false]);
  expect(once.every((record) => "text" in record && record.text.length <= maxLineLength)).toBe(true);
  resumesEverywhere([bytes("0", text)]);
});

test("resumed from any cursor, each line comes once: 300 torn logs of two streams", () => {
  let records = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const items = torn(seed);
    records += resumesEverywhere(items);
    records += resumesEverywhere(items, items.flatMap(finer));
  }
  expect(records).toBeGreaterThan(10_000);
});

test("lines under one time, streams replayed in another order", () => {
  const [out, err] = [bytes("t", "a\nb\n"), bytes("t", "x\ny\n", { stream: "stderr" })];
  const [, second, third] = read([out, err]);
  expect(shown(read([err, out], second?.cursor))).toEqual(["stderr:x", "stderr:y"]);
  const [onlyY] = read([err, out], third?.cursor);
  expect(shown([onlyY as never])).toEqual(["stderr:y"]);
  expect(shown(read([err, out], onlyY?.cursor))).toEqual([]);
});

test("what was to be passed over may come after a new position, and once more from there", () => {
  const x = bytes("t", "x\n", { stream: "stderr" });
  const [, both] = read([bytes("t", "a\n"), x]);
  const [b] = read([bytes("t", "a\n"), bytes("u", "b\n"), { ...x, position: "u" }], both?.cursor);
  expect(shown(read([bytes("u", "b\n"), { ...x, position: "u" }, bytes("u", "c\n")], b?.cursor))).toEqual(["stdout:c"]);
  const [, two] = read([event("t", "e1", "1"), event("t", "e2", "2")]);
  const [three] = read([event("t", "e1", "1"), event("u", "e3", "3"), event("u", "e2", "2")], two?.cursor);
  const again = read([event("u", "e3", "3"), event("u", "e2", "2"), event("u", "e4", "4")], three?.cursor);
  expect(shown(again)).toEqual(["stdout:4"]);
});

test("instances have each their own order: what several wrote is read on from any cursor, in whatever order they come", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const all = ["a", "b", "c"].map((instance, index) => torn(seed * 7 + index).map((item) => ({ ...item, instance })));
    const items: DriverLogItem[] = [];
    for (let turn = 0; items.length < all.flat().length; turn++) {
      const next = all[(turn * seed) % 3]?.[items.filter(({ instance }) => instance === "abc"[(turn * seed) % 3]).length];
      if (next !== undefined) items.push(next);
      else
        items.push(...all.flatMap((ones, index) => ones.slice(items.filter(({ instance }) => instance === "abc"[index]).length)));
    }
    expect(resumesEverywhere(items, all.toReversed().flat())).toBeGreaterThan(30);
  }
});

test("events: several lines each, same position, polled twice, one late", () => {
  const polled = [event("t", "e1", "a\nb\n\nc"), event("t", "e2", "d"), event("t", "e1", "a\nb\n\nc"), event("u", "e3", "e\nf")];
  expect(resumesEverywhere(polled)).toBe(7);
  const [, b] = read(polled);
  const late = [event("t", "e0", "late"), ...polled];
  expect(shown(read(late, b?.cursor))).toEqual(["late", "", "c", "d", "e", "f"].map((text) => `stdout:${text}`));
});

test("a gap is shown once, breaks the line before it, and cancels what a resume would pass over", () => {
  const items = [bytes("0", "a\nb\nhal"), gap("1"), bytes("2", "c\nd\n")];
  expect(shown(read(items))).toEqual(["stdout:a", "stdout:b", "stdout:hal", "<lost>", "stdout:c", "stdout:d"]);
  resumesEverywhere(items);
  const [, b] = read(items);
  for (const position of ["9", "0"]) {
    const lost = [gap(position), bytes(position, "y\nz\n")];
    const [, y] = read(lost, b?.cursor);
    expect(shown(read(lost, b?.cursor))).toEqual(["<lost>", "stdout:y", "stdout:z"]);
    expect(shown(read(lost, y?.cursor))).toEqual(["stdout:z"]);
  }
});

test.each(["", "v9.x", "v1.", "v1.bm90IGpzb24", "v1.WyJwIix7ImEiOjF9LHt9LFtdXQ", "v1.eyIwIjpbInAiLHsiYSI6MX0se30sW11dfQ"])(
  "%j is refused as a cursor",
  (text) => {
    expect(() => decodeCursor(text)).toThrow(/not a log cursor/);
  },
);
