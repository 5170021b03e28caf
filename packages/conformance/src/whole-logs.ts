import assert from "node:assert/strict";
import { instant, type LogCursor, type LogRecord, type Runtime, type Stream, type WorkloadId } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { assertSameLines, isLine, linesOf, numbered } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { held } from "./soon.ts";
import type { Stage } from "./stage.ts";

const many = 10_000;
const streams: readonly Stream[] = ["stdout", "stderr"];
const bytes = (text: string): readonly number[] => [...new TextEncoder().encode(text)];

/** Where both come as one, they are looked at as one. */
const apart = (stage: Stage): readonly (Stream | undefined)[] => (stage.harness.tells.streams ? streams : [undefined]);
/**
 * Where both streams are given as one, nothing is known of how they lie in each other: but what came the first time is in order,
 * and what came the second time as well.
 */
function eachTurn(lines: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const again = lines.filter((line) => seen.has(line) || !seen.add(line));
  return [...seen, ...again];
}
function assertBoth(
  stage: Stage,
  records: readonly LogRecord[],
  of: { readonly lines: readonly string[]; readonly what: string },
): void {
  const { lines, what } = of;
  if (!stage.harness.tells.streams) return assertSameLines(eachTurn(linesOf(records)), [...lines, ...lines], what);
  for (const stream of streams) assertSameLines(linesOf(records, stream), lines, `${what} ${stream}`);
}

async function read(
  stage: Stage,
  program: Program,
): Promise<{ readonly runtime: Runtime; readonly id: WorkloadId; readonly records: readonly LogRecord[] }> {
  const runtime = await stage.open();
  const spec = stage.task(program);
  await stage.soon(runtime.start(spec), "start");
  return { runtime, id: spec.id, records: await stage.logs(runtime, spec.id, { follow: true }) };
}
async function shows(stage: Stage, program: Program, expected: readonly string[]): Promise<void> {
  const { id, records } = await read(stage, program);
  assertSameLines(linesOf(records), expected, "followed");
  const again = await stage.elsewhere((other) => stage.logs(other, id));
  assertSameLines(linesOf(again), expected, "read again after the end");
}

async function manyLines(stage: Stage): Promise<void> {
  const { id, records } = await read(stage, [{ do: "count", lines: many, to: "both" }]);
  const again = await stage.elsewhere((other) => stage.logs(other, id));
  assertBoth(stage, records, { lines: numbered(many), what: "followed" });
  assertBoth(stage, again, { lines: numbered(many), what: "read again" });
}

/** From a cursor that went through JSON, in a process that knows nothing else. */
async function resumed(stage: Stage): Promise<void> {
  const lines = 1000;
  const { id, records } = await read(stage, [
    { do: "count", lines, to: "both" },
    { do: "write", bytes: bytes("tail") },
  ]);
  const other = await stage.open();
  for (const index of stage.choice.some(12, records.length)) {
    const cursor = JSON.parse(JSON.stringify(records[index]?.cursor)) as LogCursor;
    const rest = await stage.logs(other, id, { cursor, follow: true });
    for (const stream of apart(stage)) {
      assertSameLines(linesOf(rest, stream), linesOf(records.slice(index + 1), stream), `after record ${index} ${stream ?? ""}`);
    }
  }
}

/** Each reader takes a few records and leaves the rest to the next. */
async function relay(stage: Stage): Promise<void> {
  const spec = stage.task(trickle(40));
  await stage.soon((await stage.open()).start(spec), "start");
  const lines: LogRecord[] = [];
  for (let cursor: LogCursor | undefined, ended = false; !ended;) {
    ended = true;
    const leg = async (runtime: Runtime): Promise<void> => {
      const most = 1 + stage.choice.below(9);
      let taken = 0;
      for await (const record of runtime.logs(spec.id, { follow: true, ...(cursor !== undefined && { cursor }) })) {
        lines.push(record);
        ({ cursor } = record);
        ended = ++taken < most;
        if (!ended) return;
      }
      ended = true;
    };
    await stage.elsewhere((runtime) => stage.soon(leg(runtime), "a leg of the relay"));
  }
  assertSameLines(linesOf(lines), numbered(40), "by all readers together");
}
/** Lines that come one by one. */
const trickle = (lines: number): Program =>
  numbered(lines).flatMap((text) => [
    { do: "print", text },
    { do: "sleep", ms: 20 },
  ]);

async function withCuts(stage: Stage): Promise<void> {
  const route = await stage.route({ kind: "cut-streams", times: 6 });
  const runtime = await stage.open({ through: route.through });
  const spec = stage.task([...trickle(30), { do: "count", lines: 2000, to: "both" }, { do: "write", bytes: bytes("tail") }]);
  await stage.soon(runtime.start(spec), "start");
  const records = await stage.logs(runtime, spec.id, { follow: true });
  assert.ok(stage.injected("cut-streams", route) > 0, "no connection was cut");
  const [begin, rest] = [numbered(30), numbered(2000)];
  if (!stage.harness.tells.streams) {
    const found = linesOf(records);
    assertSameLines(found.slice(0, begin.length), begin, "the beginning, over cut connections");
    return assertSameLines(eachTurn(found.slice(begin.length)), [...rest, "tail", ...rest], "over cut connections");
  }
  assertSameLines(linesOf(records, "stdout"), [...begin, ...rest, "tail"], "stdout over cut connections");
  assertSameLines(linesOf(records, "stderr"), rest, "stderr over cut connections");
}

/** Many at once, since a reader that does not wait for the backend to be drained is often lucky. */
async function drained(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const one = async (): Promise<void> => {
    const spec = stage.task([
      { do: "count", lines: 1000, to: "both" },
      { do: "write", bytes: bytes("tail") },
    ]);
    await stage.soon(runtime.start(spec), "start");
    const records = await stage.logs(runtime, spec.id, { follow: true });
    assert.equal(linesOf(records).length, 2001, `of ${spec.id}'s 2,001 lines; the last one is "tail"`);
    assert.ok(linesOf(records).includes("tail"), `${spec.id}'s tail`);
  };
  for (let round = 0; round < 4; round++) await Promise.all([one(), one(), one(), one()]);
}

async function whileWritten(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([
    { do: "print", text: "first" },
    { do: "sleep", ms: 60_000 },
  ]);
  await stage.soon(runtime.start(spec), "start");
  const logs = runtime.logs(spec.id, { follow: true });
  const first = await stage.soon(logs.next(), "a line of a running program");
  assert.equal(first.value !== undefined && isLine(first.value) && first.value.text, "first");
  const pending = held(logs.next());
  const state = await stage.soon(runtime.inspect(spec.id), "inspect");
  assert.equal(state.kind === "task" && state.state.phase, "running");
  await stage.soon(runtime.stop(spec.id, { graceMs: 0 }), "stop");
  assert.equal((await stage.soon(pending, "the end of the log")).done, true, "following ends with the program");
}

async function lastRecords(stage: Stage): Promise<void> {
  const { id, runtime, records } = await read(stage, [{ do: "count", lines: 100 }]);
  assertSameLines(linesOf(await stage.logs(runtime, id, { tail: 7 })), numbered(100).slice(-7), "tail 7");
  assertSameLines(linesOf(await stage.logs(runtime, id, { tail: 1000 })), numbered(100), "tail 1000");
  assertSameLines(linesOf(await stage.logs(runtime, id, { tail: 7, follow: true })), numbered(100).slice(-7), "tail 7, followed");
  const cursor = records.at(-1)?.cursor;
  assert.ok(cursor !== undefined);
  assert.deepEqual(await stage.logs(runtime, id, { cursor }), [], "after the last record");
}

async function times(stage: Stage): Promise<void> {
  const { id, runtime, records } = await read(stage, [
    { do: "print", text: "early" },
    { do: "sleep", ms: 1200 },
    { do: "print", text: "late" },
  ]);
  const [early, late] = records.filter(isLine);
  assert.ok(early?.at !== undefined && late?.at !== undefined, "each line has its time");
  assert.ok(Date.parse(late.at) - Date.parse(early.at) >= 1000, `${early.at} and ${late.at} are a second apart`);
  const since = instant(Date.parse(late.at) - 500);
  assertSameLines(linesOf(await stage.logs(runtime, id, { since })), ["late"], "since");
}

/** One byte at a time, with pauses that tear characters. */
const torn = (text: string): Program =>
  bytes(text).flatMap((byte, index) => [
    { do: "write", bytes: [byte] },
    ...(index % 4 === 1 ? [{ do: "sleep", ms: 20 } as const] : []),
  ]);
const longLine = "0123456789".repeat(2 ** 14);

export const wholeLogs: readonly GuaranteeCase[] = [
  { name: "10,000 lines on each stream, in order, none twice", run: manyLines },
  { name: "resumed from any cursor by another process, exactly the rest comes", run: resumed },
  { name: "read by turns while it is written", run: relay },
  { name: "read while it is written, over connections that break", needs: [needs.faults], run: withCuts },
  { name: "a line shows while the program runs, and following ends with it", run: whileWritten },
  {
    name: "the last lines of a program that ends at once",
    async run(stage) {
      for (let round = 0; round < 5; round++) await shows(stage, [{ do: "count", lines: 50 }], numbered(50));
    },
  },
  { name: "the last line is there when following ends, of 16 programs that end at once", run: drained },
  {
    name: "a tail without newline",
    run: (stage) =>
      shows(
        stage,
        [
          { do: "print", text: "a" },
          { do: "write", bytes: bytes("tail") },
        ],
        ["a", "tail"],
      ),
  },
  {
    name: "empty lines, and spaces at either end",
    run(stage) {
      const lines = ["", "  x  ", "", "\ty"];
      const { emptyLines = true } = stage.harness.tells;
      return shows(
        stage,
        lines.map((text) => ({ do: "print", text })),
        lines.filter((text) => emptyLines || text !== ""),
      );
    },
  },
  { name: "no line at all", run: (stage) => shows(stage, [], []) },
  {
    name: "a line of 163,840 characters, and one after it",
    run: (stage) =>
      shows(
        stage,
        [
          { do: "long", length: longLine.length },
          { do: "print", text: "next" },
        ],
        [longLine, "next"],
      ),
  },
  { name: "characters torn across writes", run: (stage) => shows(stage, torn("日本 é 😀\nz\n"), ["日本 é 😀", "z"]) },
  {
    name: "stdout and stderr apart",
    needs: [needs.streams],
    async run(stage) {
      const { records } = await read(stage, [
        { do: "print", text: "out" },
        { do: "print", text: "err", to: "stderr" },
        { do: "print", text: "out again" },
      ]);
      assert.deepEqual([linesOf(records, "stdout"), linesOf(records, "stderr")], [["out", "out again"], ["err"]]);
    },
  },
  { name: "the last so many records", run: lastRecords },
  { name: "times, and since a time", needs: [needs.logTimes], run: times },
];
