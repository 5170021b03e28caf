import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { instant, LongshoreError, owner, specHash, type TaskSpec } from "@longshore/core";
import { expect, test } from "vitest";
import { launchSupervisor } from "../src/launch-supervisor.ts";
import { passingPath } from "../src/passing-folders.ts";
import { prepareTask } from "../src/prepare-folder.ts";
import { identify } from "../src/process-identity.ts";
import { TaskPlaces } from "../src/task-places.ts";
import { toProcessRequest } from "../src/to-process-request.ts";
import { anId, eventually, Scratch, script, texts } from "./scratch.ts";
import { spawnStarter, startElsewhere } from "./starter.ts";

const facts = { platform: "linux/amd64", user: "somebody", uid: 1, gid: 1 };
/** The state after a start that died between making the folder and launching a supervisor. */
async function prepareOnly(box: Scratch, spec: TaskSpec): Promise<void> {
  const order = { spec, resources: {}, specHash: specHash(spec, {}), options: {} };
  const [request] = toProcessRequest(order, facts).requests;
  assert(request);
  const places = new TaskPlaces(box.stateDir, owner("tests"));
  assert.equal(await prepareTask(places, { order, request, createdAt: instant(Date.now()) }), "made");
}
const runsOf = (path: string): number => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").length : 0);

test("20 runtimes at once start one program", async () => {
  await using box = new Scratch();
  const id = anId();
  const path = join(box.stateDir, "runs");
  const runtimes = await Promise.all(Array.from({ length: 20 }, () => box.open()));
  const tasks = await Promise.all(runtimes.map((runtime) => runtime.start(script(id, `echo run >> ${path}; sleep 0.3`))));
  assert.equal(new Set(tasks.map((task) => task.createdAt)).size, 1);
  await runtimes[0]?.wait(id);
  assert.equal(runsOf(path), 1);
});

test("20 processes at once start one program", { timeout: 120_000 }, async () => {
  await using box = new Scratch();
  const id = anId();
  const path = join(box.stateDir, "runs");
  const spec = script(id, `echo run >> ${path}; sleep 0.5`);
  const tasks = await Promise.all(Array.from({ length: 20 }, () => startElsewhere(box.stateDir, spec)));
  assert.equal(new Set(tasks.map((task) => task.createdAt)).size, 1);
  const runtime = await box.open();
  await runtime.wait(id);
  assert.equal(runsOf(path), 1);
  assert.equal((await runtime.start(spec)).id, id, "and later still none");
  assert.equal(runsOf(path), 1);
  assert.deepEqual(readdirSync(join(box.stateDir, "tests")).sort(), [".changes", ".supervisor", id], "the losers leave nothing");
});

test("any number of supervisors: one runs the program", { timeout: 120_000 }, async () => {
  await using box = new Scratch();
  const id = anId();
  const path = join(box.stateDir, "runs");
  await prepareOnly(box, script(id, `echo run >> ${path}; sleep 0.2`));
  const launched = Promise.all(Array.from({ length: 12 }, () => launchSupervisor(box.supervisor)));
  await Promise.all(Array.from({ length: 12 }, () => box.supervise(id)));
  await eventually(() => assert.equal(box.processes().filter((one) => one.includes("supervisor-program")).length, 1));
  await box.supervise(id);
  const runtime = await box.open();
  await runtime.wait(id);
  assert.equal(runsOf(path), 1);
  process.kill(box.supervisor.current()?.holder.pid ?? 0, "SIGTERM");
  await launched;
});

test("another spec under the same id is a conflict, and starts nothing", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const [id, unstarted] = [anId(), anId("unstarted")];
  const isConflict = (error: unknown) => LongshoreError.is(error, "conflict");
  await runtime.run(script(id, "echo one")).result;
  await expect(runtime.start(script(id, "echo two"))).rejects.toSatisfy(isConflict);
  assert.deepEqual(await texts(runtime, id), ["one"]);
  await prepareOnly(box, script(unstarted, "echo one"));
  await expect(runtime.start(script(unstarted, "echo two"))).rejects.toSatisfy(isConflict);
  expect(await runtime.inspect(unstarted)).toMatchObject({ state: { phase: "pending" } });
});

test("a start that died before its supervisor is finished by the next, with the same spec", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const spec = script(id, "echo one");
  await prepareOnly(box, spec);
  expect(await runtime.inspect(id)).toMatchObject({ state: { phase: "pending", reason: expect.stringMatching(/./) } });
  expect(await runtime.run(spec).result).toMatchObject({ outcome: "succeeded" });
});

test("a start that died before the folder had its name leaves a leftover, which hinders nobody", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const dead = join(box.stateDir, "tests", `.new-${id}.999999.00ff.x`);
  mkdirSync(dead);
  writeFileSync(join(dead, "log"), "");
  const mine = passingPath(join(box.stateDir, "tests"), "new", id);
  mkdirSync(mine);
  const found = await Array.fromAsync(runtime.list());
  expect(found).toMatchObject([{ kind: "leftover", id, what: "folder", nativeId: dead }]);
  expect(await runtime.run(script(id, "echo one")).result).toMatchObject({ outcome: "succeeded" });
  await runtime.remove(id);
  assert(!existsSync(dead));
  assert(existsSync(mine), "the one in hand belongs to a start that is under way");
});

test("a claim whose supervisor died before the program is never taken over", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const path = join(box.stateDir, "runs");
  const spec = script(id, `echo run >> ${path}`);
  await prepareOnly(box, spec);
  writeFileSync(box.file(id, "supervisor.json"), JSON.stringify({ pid: 999_999, start: "long ago" }));
  const task = await runtime.start(spec);
  expect(task).toMatchObject({
    state: { outcome: "failed", diagnosis: { code: "platform-fault", message: expect.stringMatching(/supervisor died/) } },
  });
  await box.supervise(id);
  assert.equal(runsOf(path), 0);
});

test("stopped before any supervisor came, it never starts", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const path = join(box.stateDir, "runs");
  const spec = script(id, `echo run >> ${path}`);
  await prepareOnly(box, spec);
  expect(await runtime.stop(id)).toMatchObject({ state: "confirmed", forced: false });
  expect(await runtime.start(spec)).toMatchObject({ state: { phase: "exited", outcome: "stopped" } });
  await box.supervise(id);
  assert.equal(runsOf(path), 0);
});

test("an intent that is there before the program keeps it from starting", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await prepareOnly(box, script(id, "echo run"));
  writeFileSync(box.file(id, "intent.json"), JSON.stringify({ intent: "stopped", graceMs: 0 }));
  await box.supervise(id);
  const task = await runtime.inspect(id);
  expect(task).toMatchObject({ state: { outcome: "stopped" } });
  assert(!("startedAt" in (task as { readonly state: object }).state));
});

test("what waited longer than its pending limit is over, whoever comes for it", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const [seen, late] = [anId("seen"), anId("late")];
  for (const id of [seen, late]) await prepareOnly(box, script(id, "echo run", { pendingTimeoutMs: 50 }));
  await pause(100);
  await box.supervise(late);
  for (const id of [seen, late]) {
    expect(await runtime.inspect(id)).toMatchObject({ state: { outcome: "failed", diagnosis: { code: "pending-limit" } } });
  }
});

test(
  "a starter killed at any moment leaves nothing or one run, and its group's death harms no task",
  { timeout: 120_000 },
  async () => {
    await using box = new Scratch();
    const runtime = await box.open();
    for (let delayMs = 60; delayMs <= 400; delayMs += 20) {
      const id = anId();
      const path = join(box.stateDir, id);
      const spec = script(id, `echo run >> ${path}; sleep 0.1`);
      const child = spawnStarter(box.stateDir, spec);
      await pause(delayMs);
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      if (child.exitCode === null) await once(child, "exit");
      expect(await runtime.run(spec).result, `killed after ${delayMs} ms`).toMatchObject({ outcome: "succeeded" });
      assert.equal(runsOf(path), 1);
      await runtime.remove(id);
    }
    await eventually(() =>
      assert.deepEqual(
        readdirSync(join(box.stateDir, "tests")).filter((name) => !name.startsWith(".new-")),
        [".changes", ".supervisor"],
      ),
    );
  },
);

test("an identity is a number and a start; what does not run has none", () => {
  assert.deepEqual(identify(process.pid), identify(process.pid));
  assert.notEqual(identify(process.pid)?.start, identify(process.ppid)?.start);
  assert.equal(identify(999_999), undefined);
});
