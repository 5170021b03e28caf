import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type ExecRequest, LongshoreError, type Sample, type WorkloadId } from "@longshore/core";
import { create, Header } from "tar";
import { expect, test } from "vitest";
import { anId, eventually, isRunning, Scratch, script, texts } from "./scratch.ts";

type LocalRuntime = Awaited<ReturnType<Scratch["open"]>>;
const isCode =
  (code: string, words = /./) =>
  (error: unknown): boolean =>
    LongshoreError.is(error) && error.code === code && words.test(error.message);

async function started(runtime: LocalRuntime, text: string, rest: object = {}): Promise<WorkloadId> {
  const id = anId();
  await runtime.start(script(id, text, rest));
  return id;
}
async function exec(runtime: LocalRuntime, request: ExecRequest): Promise<readonly [text: string, exit: unknown]> {
  let [text, exit]: [string, unknown] = ["", undefined];
  for await (const event of runtime.capabilities.exec.exec(request)) {
    if (event.kind === "exit") ({ exit } = event);
    else text += Buffer.from(event.bytes).toString();
  }
  return [text, exit];
}

test("a command has the program's folder, environment and mark, and is told by its signal", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600", { env: { MINE: "its own" } });
  const command = ["sh", "-c", 'pwd; echo "$MINE"; echo "$LONGSHORE_WORKLOAD"; kill -USR1 $$'];
  const [text, exit] = await exec(runtime, { id, command });
  expect(text.split("\n")).toEqual([box.file(id, "work"), "its own", expect.stringMatching(`^tests-${id}\\.`), ""]);
  expect(exit).toMatchObject({ signal: "SIGUSR1" });
  const elsewhere = await exec(runtime, { id, command: ["pwd"], workingDirectory: "/" });
  assert.equal(elsewhere[0], "/\n");
});

test("what a command leaves behind goes with it, and the command goes with its program", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600");
  const [left] = await exec(runtime, { id, command: ["sh", "-c", "sleep 601 > /dev/null 2>&1 & echo $!"] });
  await eventually(() => assert(!isRunning(Number(left)), "a child in the background"));
  const aside = exec(runtime, { id, command: ["sleep", "602"] });
  await eventually(() => assert(box.processes().some((one) => one.includes("sleep 602"))));
  await runtime.stop(id);
  expect((await aside)[1]).toMatchObject({ signal: expect.stringMatching(/^SIG(TERM|KILL)$/) });
});

test("who leaves the loop ends the command", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600");
  for await (const event of runtime.capabilities.exec.exec({ id, command: ["sh", "-c", "echo $$; exec sleep 603"] })) {
    assert(event.kind === "output");
    const pid = Number(Buffer.from(event.bytes).toString());
    assert(isRunning(pid));
    break;
  }
  await eventually(() => assert(!box.processes().some((one) => one.includes("sleep 603"))));
});

test("another user is refused", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600");
  await assert.rejects(exec(runtime, { id, command: ["true"], user: "somebody" }), isCode("invalid-argument", /leave user out/));
  await assert.rejects(exec(runtime, { id, command: ["true"], instance: "7" }), isCode("not-found", /no instance 7/));
  await assert.rejects(exec(runtime, { id, command: [] }), isCode("invalid-argument", /empty/));
});

test("several hear a program at once; who types into one that reads nothing is told so", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "sleep 1; echo heard; echo too >&2");
  const hear = async (): Promise<readonly string[]> => {
    const chunks = await Array.fromAsync(runtime.capabilities.attach.attach({ id }));
    return chunks.map(({ stream, bytes }) => `${stream} ${Buffer.from(bytes).toString().trim()}`).toSorted();
  };
  const expected = ["stderr too", "stdout heard"];
  assert.deepEqual(await Promise.all([hear(), hear()]), [expected, expected]);
  assert.deepEqual((await texts(runtime, id)).toSorted(), ["heard", "too"], "the log has it as well");
  await assert.rejects(hear(), isCode("conflict"));
  const deaf = await started(runtime, "exec sleep 600");
  const typing = Array.fromAsync(runtime.capabilities.attach.attach({ id: deaf, input: Readable.from([Buffer.from("a")]) }));
  await assert.rejects(typing, isCode("conflict", /stdin: true/));
});

test("who leaves and comes again types on, and the end of the input is the program's", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "while read -r line; do echo $line; done; echo end; exit 4", { stdin: true });
  const held = async function* (): AsyncGenerator<Uint8Array, void, void> {
    yield Buffer.from("one\n");
    await pause(600_000);
  };
  for await (const { bytes } of runtime.capabilities.attach.attach({ id, input: held() })) {
    if (Buffer.from(bytes).toString() === "one\n") break;
  }
  await Array.fromAsync(runtime.capabilities.attach.attach({ id, input: Readable.from([Buffer.from("two\n")]) }));
  assert.deepEqual(await texts(runtime, id), ["one", "two", "end"]);
  assert.equal((await runtime.wait(id)).exit?.code, 4);
});

test("copies stay in the workload's folder", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600");
  const { copyIn, copyOut } = runtime.capabilities.copy;
  const from = join(box.stateDir, ".from");
  mkdirSync(from);
  writeFileSync(join(from, "@file"), "text");
  const archive = () => create({ cwd: from }, ["./@file"]) as AsyncIterable<Uint8Array>;
  await copyIn({ id, path: ".", tar: archive() });
  assert.equal(readFileSync(box.file(id, "work/@file"), "utf8"), "text");
  assert.notEqual((await Array.fromAsync(copyOut({ id, path: "@file" }))).length, 0);
  symlinkSync("/etc", box.file(id, "work/link"));
  for (const path of ["/etc", "..", "link", "../../../.."]) {
    await assert.rejects(copyIn({ id, path, tar: archive() }), isCode("invalid-argument", /outside/), path);
    await assert.rejects(Array.fromAsync(copyOut({ id, path })), isCode("invalid-argument", /outside/), path);
  }
  await assert.rejects(copyIn({ id, path: "no-such", tar: archive() }), isCode("not-found"));
  await assert.rejects(copyIn({ id, path: "@file", tar: archive() }), isCode("invalid-argument", /no folder/));
});

test("an archive that would leave the folder is refused, and so is what is none", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, "exec sleep 600");
  const { copyIn } = runtime.capabilities.copy;
  const block = Buffer.alloc(512);
  new Header({ path: "../escaped", type: "File", size: 0, mode: 0o644 }).encode(block);
  await assert.rejects(
    copyIn({ id, path: ".", tar: Readable.from([Buffer.concat([block, Buffer.alloc(1024)])]) }),
    isCode("invalid-argument"),
  );
  await assert.rejects(copyIn({ id, path: ".", tar: Readable.from([Buffer.alloc(4096, "x")]) }), isCode("invalid-argument"));
});

test.each([
  ["its parent, and stayed in its group", "(sh -c 'while :; do :; done' &); exec sleep 600"],
  ["its group, and stayed with its parent", "setsid sh -c 'while :; do :; done' & exec sleep 600"],
])("figures are also of what left %s", async (_what, text) => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = await started(runtime, text);
  assert(runtime.supports("stats"));
  const samples: Sample[] = [];
  for await (const sample of runtime.capabilities.stats.stats(id)) if (samples.push(sample) === 3) break;
  // A processor that others use as well gives it less than the whole.
  assert(Math.max(...samples.map(({ cpu }) => cpu)) > 30, JSON.stringify(samples));
  assert(
    samples.every(({ memory, instance }) => memory > 0 && memory < 100 && instance === id),
    JSON.stringify(samples),
  );
});
