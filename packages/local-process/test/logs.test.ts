import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type LogCursor, LongshoreError, type LogRecord, maxLineLength } from "@longshore/core";
import { expect, test } from "vitest";
import { LogWriter } from "../src/log-writer.ts";
import { WallClock } from "../src/wall-clock.ts";
import { anId, eventually, records, Scratch, script, textOf, texts } from "./scratch.ts";

const node = (text: string): { command: readonly string[] } => ({ command: [process.execPath, "-e", text] });
const streamOf = (all: readonly LogRecord[], stream: string): readonly string[] =>
  all.flatMap((record) => ("gap" in record || record.stream !== stream ? [] : [record.text]));
const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

test("10,000 lines on each stream, read while they are written, are complete, apart and in order", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const text = `let n = 0; const go = () => { for (let k = 0; k < 100; k++, n++) {
    process.stdout.write("line " + n + "\\n"); process.stderr.write("line " + n + "\\n"); }
    if (n < 10000) setTimeout(go, 5); }; go();`;
  await runtime.start({ ...script(id, ""), ...node(text) });
  const all = await records(runtime, id, { follow: true });
  assert.deepEqual(streamOf(all, "stdout"), numbered(10_000));
  assert.deepEqual(streamOf(all, "stderr"), numbered(10_000));
  const times = all.flatMap((record) => ("gap" in record ? [] : [record.at ?? ""]));
  assert.deepEqual(times, [...times].sort(), "times do not go back");
  assert.match(times[0] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  assert.deepEqual(await texts(runtime, id), all.map(textOf), "and the same once more");
  assert.deepEqual(await texts(runtime, id, { tail: 3 }), all.slice(-3).map(textOf));
});

test("another process goes on from any cursor, with nothing missing and nothing twice", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  // Halves of lines, of both streams in turn, with pauses so that they come in pieces of their own.
  const text = `const say = (s, t) => new Promise((r) => { s.write(t); setTimeout(r, 8); });
    const o = process.stdout, e = process.stderr;
    for (let k = 0; k < 12; k++) { await say(o, "o" + k); await say(e, "e" + k + "\\nE"); await say(o, "-\\nO" + k + "\\n");
      await say(o, "p" + k + "\\nq"); await say(e, k + "\\n"); await say(o, "!\\n"); }
    o.write("no newline");`;
  await runtime.run({ ...script(id, ""), command: [process.execPath, "--input-type=module", "-e", text] }).result;
  const all = await records(runtime, id);
  assert.equal(all.length, 12 * 6 + 1);
  const another = await box.open();
  for (const [index, record] of all.entries()) {
    const rest = await records(another, id, { cursor: record.cursor });
    for (const stream of ["stdout", "stderr"]) {
      assert.deepEqual(streamOf(rest, stream), streamOf(all.slice(index + 1), stream), `after ${textOf(record)}`);
    }
  }
});

test("cursors taken while it is written hold as well, and move on", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const text = `let n = 0; const t = setInterval(() => { process.stdout.write("ne " + n + "\\nli"); if (++n === 200) clearInterval(t); }, 2);
    process.stdout.write("li");`;
  await runtime.start({ ...script(id, ""), ...node(text) });
  const seen: string[] = [];
  let cursor: LogCursor | undefined;
  for (let ended = false; !ended;) {
    ended = true;
    for await (const record of runtime.logs(id, { follow: true, ...(cursor !== undefined && { cursor }) })) {
      seen.push(textOf(record));
      ({ cursor } = record);
      if (seen.length % 7 !== 0) continue;
      ended = false;
      break;
    }
  }
  assert.deepEqual(seen, [...numbered(200), "li"]);
  assert(cursor !== undefined && Buffer.from(cursor.slice(3), "base64url").length < 120, "no long way to pass over");
  assert.doesNotMatch(Buffer.from(cursor.slice(3), "base64url").toString(), /^\["0:0"/, "the position has moved");
});

test("bytes that are no text, and lines longer than a record, come whole", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const long = 3 * maxLineLength + 17;
  const text = `process.stdout.write(Buffer.from([0xff, 0xfe, 0, 0xc3, 10, 0xe2, 0x82]));
    setTimeout(() => { process.stdout.write(Buffer.from([0xac, 10])); process.stdout.write("x".repeat(${long}) + "\\nend\\n"); }, 50);`;
  await runtime.run({ ...script(id, ""), ...node(text) }).result;
  const all = await records(runtime, id);
  assert.deepEqual(all.slice(0, 2).map(textOf), ["��\0�", "€"]);
  const pieces = all.slice(2, -1);
  assert.equal(pieces.map(textOf).join(""), "x".repeat(long));
  assert(pieces.slice(0, -1).every((record) => "continued" in record));
  assert.equal(all.map(textOf).at(-1), "end");
});

/** In MiB; 0 of what has ended. */
function peakMemory(pid: number | undefined): number {
  try {
    const [, kib = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kib) / 1024;
  } catch {
    return 0;
  }
}

test("a program that writes faster than anybody reads loses nothing, and the supervisor stays small", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const lines = 64_000;
  const line = "x".repeat(1_000);
  await runtime.start(script(id, `yes ${line} | head -n ${lines}; sleep 0.3`));
  const { claim } = await box.look(id);
  let peak = 0;
  const watching = setInterval(() => {
    peak = Math.max(peak, peakMemory(claim?.pid));
  }, 20);
  await runtime.wait(id).finally(() => clearInterval(watching));
  let count = 0;
  for await (const record of runtime.logs(id)) {
    assert.equal(textOf(record), line);
    count++;
  }
  assert.equal(count, lines);
  assert(peak > 0 && peak < 150, `${peak} MiB`);
});

test("a frame that a crash cut short is left out, and waited for while there may be more", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.run(script(id, "echo one; sleep 0.1; echo two; sleep 0.1; echo three")).result;
  const whole = readFileSync(box.file(id, "log"));
  for (let cut = 1; cut < 42; cut++) {
    truncateSync(box.file(id, "log"), whole.length - cut);
    assert.deepEqual(await texts(runtime, id), ["one", "two"], `${cut} bytes short`);
    assert.deepEqual(await texts(runtime, id, { follow: true }), ["one", "two"]);
    appendFileSync(box.file(id, "log"), whole.subarray(whole.length - cut));
  }
  assert.deepEqual(await texts(runtime, id), ["one", "two", "three"]);
});

test("a log that something else wrote into is an error, not a silence", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.run(script(id, "echo one")).result;
  appendFileSync(box.file(id, "log"), "nonsense that is no frame\n");
  await expect(texts(runtime, id)).rejects.toThrow(/damaged/);
});

test("an unknown id is not found, a foreign cursor is no place, without follow it ends at what there is", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await expect(texts(runtime, anId())).rejects.toSatisfy((error) => LongshoreError.is(error, "not-found"));
  await runtime.start(script(id, "echo one; sleep 1000"));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["one"]));
  const cursor = `v1.${Buffer.from('["elsewhere",{},{},[]]').toString("base64url")}` as LogCursor;
  await expect(texts(runtime, id, { cursor })).rejects.toSatisfy((error) => LongshoreError.is(error, "invalid-argument"));
});

test("leaving a reading that waits is prompt", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "echo one; sleep 1000"));
  const control = new AbortController();
  const reading = Array.fromAsync(runtime.logs(id, { follow: true }, { signal: control.signal }));
  setTimeout(() => control.abort(new Error("enough")), 300);
  const begun = performance.now();
  await expect(reading).rejects.toThrow("enough");
  assert(performance.now() - begun < 450);
});

test("whoever reads in another process comes to the end, also when the task is removed meanwhile", async () => {
  await using box = new Scratch();
  const [reader, remover] = [await box.open(), await box.open()];
  const id = anId();
  await reader.start(script(id, "trap 'echo bye' EXIT; seq 1 1000; sleep 1000 & wait"));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const record of reader.logs(id, { follow: true })) seen.push(textOf(record));
  })();
  await eventually(() => assert.equal(seen.length, 1_000));
  await remover.remove(id);
  await reading;
  assert.deepEqual(
    seen.slice(0, 1_000),
    numbered(1_000).map((_, index) => String(index + 1)),
  );
  assert(!existsSync(box.folder(id)));
});

test("what a disk did not take shows as a gap, and what follows is whole", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  // As a full disk: the write takes a part and then fails.
  await runtime.run(script(id, "true")).result;
  const path = box.file(id, "log");
  writeFileSync(path, "");
  const log = await LogWriter.open(path, new WallClock());
  await log.write("stdout", Buffer.from("one\n"));
  await eventually(() => assert.match(readFileSync(path, "utf8"), /one/));
  await using any = await open(path);
  const handles = Object.getPrototypeOf(any) as { appendFile: (bytes: Buffer) => Promise<void> };
  const { appendFile } = handles;
  Object.assign(handles, {
    async appendFile(this: { write(bytes: Buffer): Promise<unknown> }, bytes: Buffer) {
      await this.write(bytes.subarray(0, 10));
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    },
  });
  const before = readFileSync(path, "utf8");
  void log.write("stdout", Buffer.from("two\n"));
  await pause(100);
  assert.equal(readFileSync(path, "utf8"), before, "the part that was written is taken back");
  Object.assign(handles, { appendFile });
  void log.write("stderr", Buffer.from("three\n"));
  await log.close();
  const all = await texts(runtime, id);
  assert.equal(all.length, 3);
  assert.deepEqual([all[0], all[2]], ["one", "three"]);
  assert.match(all[1] ?? "", /could not be written/);
});
