import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExecRequest, type Exit, LongshoreError, type Runtime, type Sample } from "@longshore/core";
import { create, extract } from "tar";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import type { Program } from "./program.ts";
import { pause } from "./soon.ts";
import { runningTask } from "./running-task.ts";
import type { Stage } from "./stage.ts";

const long: Program = [
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];
type Input = NonNullable<ExecRequest["input"]>;
interface Ran {
  readonly exit: Exit | undefined;
  readonly stdout: string;
  readonly stderr: string;
}
async function exec(stage: Stage, runtime: Runtime, request: ExecRequest): Promise<Ran> {
  if (!runtime.supports("exec")) return assert.fail("the harness says that it has exec");
  const { exec: capability } = runtime.capabilities;
  const work = async (): Promise<Ran> => {
    const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    let exit: Exit | undefined;
    for await (const event of capability.exec(request)) {
      if (event.kind === "exit") ({ exit } = event);
      else chunks[event.stream].push(event.bytes);
    }
    return { exit, stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() };
  };
  return stage.soon(work(), `exec ${request.command.join(" ")}`);
}
const sh = (text: string): readonly string[] => ["sh", "-c", text];
const all = async function* (...parts: readonly (string | { readonly columns: number; readonly rows: number })[]): Input {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
};

async function codes(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const { id } = spec;
  const ran = await exec(stage, runtime, {
    id,
    command: sh('echo out; echo err >&2; printf %s "$WORD"; exit 3'),
    env: { WORD: "added" },
  });
  assert.deepEqual([ran.exit?.code, ran.stdout, ran.stderr], [3, "out\nadded", "err\n"]);
  const quiet = await exec(stage, runtime, { id, command: ["true"] });
  assert.deepEqual([quiet.exit?.code, quiet.stdout, quiet.stderr], [0, "", ""]);
  const odd = await exec(stage, runtime, { id, command: ["printf", "%s|", "two words", "$HOME", "'quoted'", ""] });
  assert.equal(odd.stdout, "two words|$HOME|'quoted'||", "words stay what they are");
}

async function inputs(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const { id } = spec;
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n} 日本\n`).join("");
  const through = await exec(stage, runtime, { id, command: ["cat"], input: all(lines.slice(0, 7), lines.slice(7)) });
  assert.equal(through.stdout.length, lines.length);
  assert.ok(through.stdout === lines, "every byte comes back in order");
  const none = await exec(stage, runtime, { id, command: sh("cat; echo end") });
  assert.equal(none.stdout, "end\n", "without input it reads the end");
}

async function terminal(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const grown = async function* (): Input {
    yield { columns: 101, rows: 41 };
    await pause(300);
    yield Buffer.from("go\n");
  };
  const command = sh("stty size; read -r word; stty size; echo $word >&2; test -t 0 && echo terminal");
  const ran = await exec(stage, runtime, { id: spec.id, command, tty: { columns: 90, rows: 30 }, input: grown() });
  const said = ran.stdout.replaceAll("\r", "").split("\n");
  assert.ok(
    said.some((line) => line === "30 90" || line === "41 101"),
    `its size: ${ran.stdout}`,
  );
  assert.ok(said.includes("41 101"), `its new size: ${ran.stdout}`);
  assert.ok(said.includes("terminal") && ran.stderr === "", "stdout and stderr are one");
}

async function missing(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const isCode =
    (...codesWanted: readonly string[]) =>
    (error: unknown): boolean =>
      LongshoreError.is(error) && codesWanted.includes(error.code);
  await assert.rejects(exec(stage, runtime, { id: stage.id(), command: ["true"] }), isCode("not-found"));
  const absent = await exec(stage, runtime, { id: spec.id, command: ["no-such-program"] }).catch((error: unknown) => error);
  const code = absent instanceof Error ? (LongshoreError.is(absent) ? absent.code : "") : (absent as Ran).exit?.code;
  assert.ok(code === "invalid-argument" || code === 126 || code === 127, `no such program: ${String(code)}`);
  await stage.soon(runtime.stop(spec.id, { graceMs: 0 }), "stop");
  await assert.rejects(
    exec(stage, runtime, { id: spec.id, command: ["true"] }),
    isCode("conflict"),
    "nothing runs beside what has ended",
  );
}

async function aborted(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const control = new AbortController();
  const reason = new Error("enough");
  if (!runtime.supports("exec")) return assert.fail("the harness says that it has exec");
  const open = runtime.capabilities.exec.exec({ id: spec.id, command: sh("echo begun; sleep 60") }, { signal: control.signal });
  const reading = (async () => {
    for await (const _ of open) control.abort(reason);
  })();
  await assert.rejects(stage.soon(reading, "an aborted exec"), (error) => error === reason);
  const seen = await stage.soon(runtime.inspect(spec.id), "inspect");
  assert.ok(seen.kind === "task" && seen.state.phase === "running", "the task lives on");
}

async function attached(stage: Stage): Promise<void> {
  const ticks = Array.from({ length: 12 }, (_, tick) => `tick ${tick}`);
  const program: Program = [
    { do: "print", text: "ready" },
    ...ticks.flatMap((text): Program => [
      { do: "sleep", ms: 500 },
      { do: "print", text },
    ]),
    { do: "exit", code: 5 },
  ];
  const { runtime, spec } = await runningTask(stage, program);
  if (!runtime.supports("attach")) return assert.fail("the harness says that it has attach");
  const { attach } = runtime.capabilities.attach;
  const work = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const { bytes } of attach({ id: spec.id })) chunks.push(bytes);
    return Buffer.concat(chunks).toString();
  };
  const said = (await stage.soon(work(), "attach")).split(/\r?\n/).filter(Boolean);
  assert.ok(said.length > 1, "what it says meanwhile");
  assert.deepEqual(said, ["ready", ...ticks].slice(-said.length), "each line once, to the last");
  assert.equal((await stage.wait(runtime, spec.id)).exit?.code, 5);
}

async function typedInto(stage: Stage): Promise<void> {
  const program: Program = [
    { do: "print", text: "ready" },
    { do: "echo", lines: 2 },
    { do: "exit", code: 5 },
  ];
  const { runtime, spec } = await runningTask(stage, program, { stdin: true });
  if (!runtime.supports("attach")) return assert.fail("the harness says that it has attach");
  const { attach } = runtime.capabilities.attach;
  const typed = async function* (): Input {
    await pause(300);
    yield Buffer.from("first\n");
    yield Buffer.from("second\n");
  };
  const work = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const { bytes } of attach({ id: spec.id, input: typed() })) chunks.push(bytes);
    return Buffer.concat(chunks).toString();
  };
  assert.ok((await stage.soon(work(), "attach")).endsWith("first\nsecond\n"), "what it answers to what is typed");
  assert.equal((await stage.wait(runtime, spec.id)).exit?.code, 5);
}

async function copied(stage: Stage): Promise<void> {
  const { copying } = stage.harness;
  if (copying === undefined) return assert.fail("the case did not say that it needs copying");
  const { runtime, spec } = await runningTask(stage, long, copying.spec);
  if (!runtime.supports("copy")) return assert.fail("the harness says that it has copy");
  const { copyIn, copyOut } = runtime.capabilities.copy;
  const [from, to] = [await stage.folder(), await stage.folder()];
  const large = Buffer.alloc(3_000_000, "0123456789abcdef\n");
  await mkdir(join(from, "box"));
  await writeFile(join(from, "box", "small.txt"), "small 日本\n");
  await writeFile(join(from, "box", "large.bin"), large);
  const tar = create({ cwd: from, portable: true }, ["box"]) as AsyncIterable<Uint8Array>;
  await stage.soon(copyIn({ id: spec.id, path: copying.path, tar }), "copy in");
  // By way of a file: written to in small pieces, the unpacking stream may wait for room that it never announces.
  const archive = join(to, "archive.tar");
  await stage.soon(writeFile(archive, copyOut({ id: spec.id, path: `${copying.path}/box` })), "copy out");
  await extract({ file: archive, cwd: to });
  assert.equal(await readFile(join(to, "box", "small.txt"), "utf8"), "small 日本\n");
  assert.ok((await readFile(join(to, "box", "large.bin"))).equals(large), "every byte comes back");
  const isUnknown = (error: unknown): boolean => LongshoreError.is(error, "not-found");
  const nothing = Array.fromAsync(copyOut({ id: spec.id, path: `${copying.path}/no-such` }));
  await assert.rejects(stage.soon(nothing, "copy of nothing"), isUnknown);
}

async function measured(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  if (!runtime.supports("stats")) return assert.fail("the harness says that it has stats");
  const samples: Sample[] = [];
  const work = async (): Promise<void> => {
    if (!runtime.supports("stats")) return;
    for await (const sample of runtime.capabilities.stats.stats(spec.id)) {
      samples.push(sample);
      assert.ok(sample.memory >= 0 && sample.cpu >= 0 && sample.instance !== "", JSON.stringify(sample));
      if (samples.length === 2) await runtime.stop(spec.id, { graceMs: 0 });
    }
  };
  await stage.soon(work(), "samples, to the end of the task");
  assert.ok(samples.length >= 2);
}

/** What goes on beside a program: commands, terminals, files, figures. */
export const sessions: readonly GuaranteeCase[] = [
  { name: "exec: code, both streams, variables, words as they are", needs: [needs.exec], run: codes },
  { name: "exec: what is typed arrives whole, and its end as well", needs: [needs.exec], run: inputs },
  { name: "exec: a terminal and its size", needs: [needs.exec, needs.terminal], run: terminal },
  { name: "exec: no such workload, no such program, nothing that runs", needs: [needs.exec], run: missing },
  { name: "exec: an abort is prompt, and the task lives on", needs: [needs.exec], run: aborted },
  { name: "attach: what the program says from now on, to its end", needs: [needs.attach], run: attached },
  { name: "attach: what is typed is answered, to the end of the program", needs: [needs.attach, needs.input], run: typedInto },
  { name: "copy: in and out again, whole", needs: [needs.copy], run: copied },
  { name: "stats: samples while it runs, and no longer", needs: [needs.stats], run: measured },
];
