import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { WorkloadId } from "@longshore/core";
import { expect, test } from "vitest";
import { identify, type ProcessIdentity } from "../src/process-identity.ts";
import type { StartedRecord } from "../src/task-record.ts";
import { anId, eventually, isRunning, Scratch, script, texts } from "./scratch.ts";
import { startElsewhere } from "./starter.ts";

const supervisorOf = (box: Scratch, id: WorkloadId): number =>
  (JSON.parse(readFileSync(box.file(id, "supervisor.json"), "utf8")) as ProcessIdentity).pid;
const programOf = (box: Scratch, id: WorkloadId): StartedRecord =>
  JSON.parse(readFileSync(box.file(id, "started.json"), "utf8")) as StartedRecord;

async function killSupervisor(box: Scratch, id: WorkloadId): Promise<void> {
  const pid = supervisorOf(box, id);
  process.kill(pid, "SIGKILL");
  await eventually(() => assert(!isRunning(pid)));
}

test("supervisor and program are in sessions of their own", async () => {
  await using box = new Scratch();
  const id = anId();
  await startElsewhere(box.stateDir, script(id, "sleep 1000"));
  const sessionOf = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[3]);
  const [supervisor, program] = [supervisorOf(box, id), programOf(box, id).program.pid];
  assert.equal(sessionOf(supervisor), supervisor);
  assert.equal(sessionOf(program), program);
});

test("with its starter dead, a task runs on, is found again and meets its time limit", async () => {
  await using box = new Scratch();
  const id = anId();
  const begun = await startElsewhere(box.stateDir, script(id, "echo one; sleep 1000", { timeoutMs: 1_200 }));
  const runtime = await box.open();
  expect(await runtime.inspect(id)).toEqual(begun);
  expect(await runtime.wait(id)).toMatchObject({ outcome: "timed-out" });
  assert.deepEqual(await texts(runtime, id), ["one"]);
});

test("a supervisor does not end when everybody is asked to", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "sleep 0.5; exit 3"));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(supervisorOf(box, id), signal);
  expect(await runtime.wait(id)).toMatchObject({ exit: { code: 3 } });
});

test("with its supervisor dead, a program runs on; how it ended is then unknown, never success, never run again", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const mayEnd = join(box.stateDir, "may-end");
  const spec = script(id, `echo one; until [ -e ${mayEnd} ]; do sleep 0.05; done; exit 0`);
  await runtime.start(spec);
  await killSupervisor(box, id);
  expect(await runtime.inspect(id)).toMatchObject({ state: { phase: "running" } });
  writeFileSync(mayEnd, "");
  const ending = await runtime.wait(id);
  expect(ending).toMatchObject({
    outcome: "failed",
    diagnosis: { code: "platform-fault", message: expect.stringMatching(/supervisor died/) },
  });
  assert(ending.exit !== undefined && !("code" in ending.exit) && !("signal" in ending.exit));
  assert.deepEqual(((await runtime.start(spec)) as { readonly state: object }).state, ending, "the same in every look");
  expect(await runtime.stop(id)).toMatchObject({ state: "confirmed", forced: false });
  assert.deepEqual(
    ((await runtime.inspect(id)) as { readonly state: object }).state,
    ending,
    "a stop that comes later changes nothing",
  );
});

test.each(["stop", "remove"] as const)("with its supervisor dead, %s ends the whole tree", async (verb) => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const stubborn = "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.05; done'";
  await runtime.start(script(id, `${stubborn} & setsid ${stubborn} & wait`));
  const pids = await eventually(async () => {
    const found = (await texts(runtime, id)).map(Number);
    assert.equal(found.length, 2);
    return found;
  });
  await killSupervisor(box, id);
  if (verb === "remove") await runtime.remove(id);
  else expect(await runtime.stop(id, { graceMs: 200 })).toMatchObject({ state: "confirmed" });
  assert.deepEqual(pids.filter(isRunning), []);
  if (verb === "stop") expect(await runtime.inspect(id)).toMatchObject({ state: { outcome: "stopped" } });
  else expect(await runtime.inspect(id)).toEqual({ kind: "absent", id });
});

test("a program whose supervisor died before it wrote that it had started is known by its mark", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "sleep 1000"));
  const { pid } = programOf(box, id).program;
  rmSync(box.file(id, "started.json"));
  await killSupervisor(box, id);
  expect(await runtime.inspect(id)).toMatchObject({ state: { phase: "running" } });
  expect(await runtime.stop(id)).toMatchObject({ state: "confirmed" });
  assert(!isRunning(pid));
});

test("secrets do not outlive the program, whoever sees its end", async () => {
  await using box = new Scratch();
  const runtime = await box.open({ secrets: { resolve: async () => "a value" } });
  const id = anId();
  await runtime.start(script(id, "sleep 0.5", { secrets: { S: { resolve: "s", as: "file" } } }));
  assert(existsSync(box.file(id, "secrets/S")));
  await killSupervisor(box, id);
  await runtime.wait(id);
  assert(!existsSync(box.file(id, "secrets")));
});

test("a halted supervisor is woken by a stop", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "sleep 1000"));
  process.kill(supervisorOf(box, id), "SIGSTOP");
  await pause(50);
  expect(await runtime.stop(id)).toMatchObject({ state: "confirmed", forced: false });
});

test("a number that is a stranger's by now is not signalled", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const stranger = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  assert(stranger.pid !== undefined);
  const reused = { pid: stranger.pid, start: "another boot:1" };
  const doctored = [anId("stop"), anId("remove")] as const;
  for (const id of doctored) {
    await runtime.run(script(id, "exit 0")).result;
    rmSync(box.file(id, "exit.json"));
    writeFileSync(box.file(id, "supervisor.json"), JSON.stringify(reused));
    writeFileSync(box.file(id, "started.json"), JSON.stringify({ ...programOf(box, id), program: reused }));
  }
  expect(await runtime.stop(doctored[0])).toMatchObject({ state: "confirmed", forced: false });
  expect(await runtime.inspect(doctored[0])).toMatchObject({ state: { phase: "exited" } });
  await runtime.remove(doctored[1]);
  await pause(200);
  assert(isRunning(stranger.pid), "it lives");
  assert.notEqual(identify(stranger.pid)?.start, reused.start);
  stranger.kill("SIGKILL");
  await once(stranger, "exit");
});

test("what was closed by somebody who lives on does not cost that one its life", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const somebody = spawn("sleep", ["1000"], { stdio: "ignore" });
  assert(somebody.pid !== undefined);
  await runtime.run(script(id, "exit 0")).result;
  writeFileSync(box.file(id, "supervisor.json"), JSON.stringify({ ...identify(somebody.pid), closing: true }));
  await runtime.remove(id);
  assert(isRunning(somebody.pid));
  somebody.kill("SIGKILL");
  await once(somebody, "exit");
});
