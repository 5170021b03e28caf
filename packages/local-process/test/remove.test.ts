import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Change, owner, workloadId } from "@longshore/core";
import { expect, test } from "vitest";
import { anId, eventually, Scratch, script } from "./scratch.ts";
import { spawnStarter } from "./starter.ts";

const left = (box: Scratch): readonly string[] =>
  readdirSync(join(box.stateDir, "tests"), { recursive: true })
    .map(String)
    .filter((name) => !name.startsWith(".supervisor"))
    .sort();
const withoutSupervisor = (box: Scratch): readonly string[] =>
  box.processes().filter((process) => !process.includes("supervisor-program"));

test("a removal ends what runs and leaves nothing; absent is success", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "trap '' TERM; sleep 1000 & sleep 1000"));
  await runtime.remove(id);
  assert.deepEqual(withoutSupervisor(box), []);
  assert.deepEqual(left(box), [".changes"]);
  await runtime.remove(id);
  expect(await runtime.inspect(id)).toEqual({ kind: "absent", id });
});

test("several removals at once all succeed", async () => {
  await using box = new Scratch();
  const runtimes = await Promise.all([box.open(), box.open(), box.open()]);
  const id = anId();
  await runtimes[0].start(script(id, "sleep 1000"));
  await Promise.all(runtimes.map((runtime) => runtime.remove(id)));
  assert.deepEqual(left(box), [".changes"]);
});

test("a removal that was cut off shows as a leftover, and a sweep or another removal ends it", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  for (const way of ["sweep", "remove"] as const) {
    const id = anId();
    await runtime.run(script(id, "echo one")).result;
    const gone = join(box.stateDir, "tests", `.gone-${id}.999999.00ff.x`);
    renameSync(box.folder(id), gone);
    expect(await Array.fromAsync(runtime.list())).toMatchObject([{ kind: "leftover", id, what: "folder", nativeId: gone }]);
    expect(await runtime.inspect(id)).toEqual({ kind: "absent", id });
    expect(await runtime.sweep({ graceMs: 60_000 })).toMatchObject({ removed: [] });
    if (way === "sweep") expect(await runtime.sweep({ graceMs: -1 })).toMatchObject({ removed: [{ id }] });
    else await runtime.remove(id);
    assert.deepEqual(left(box), [".changes"]);
  }
});

test("a folder without a readable record is unreachable, a leftover, and can be removed", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const [empty, damaged] = [anId("empty"), anId("damaged")];
  mkdirSync(box.folder(empty));
  await runtime.start(script(damaged, "setsid sleep 1001 & exec sleep 1000"));
  await eventually(() => assert(box.processes().some((one) => one.includes("sleep 1001"))));
  // Nobody who knows it is left.
  const { holder } = box.supervisor.current() ?? {};
  assert(holder);
  process.kill(holder.pid, "SIGKILL");
  writeFileSync(box.file(damaged, "task.json"), "{");
  for (const id of [empty, damaged]) {
    expect(await runtime.inspect(id)).toMatchObject({ kind: "unreachable" });
    await runtime.remove(id);
    assert(!existsSync(box.folder(id)));
  }
  assert.deepEqual(withoutSupervisor(box), []);
});

test("what is damaged is not taken for its neighbour, whatever they are called", async () => {
  await using box = new Scratch();
  const [runtime, other] = [await box.open(), await box.open({ owner: owner("task") })];
  const [id, theirs] = [workloadId("task-a"), workloadId("a")];
  await runtime.start(script(id, "sleep 1000"));
  await other.start(script(theirs, "sleep 1000"));
  writeFileSync(box.file(id, "task.json"), "{");
  await runtime.remove(id);
  expect(await other.inspect(theirs)).toMatchObject({ state: { phase: "running" } });
  await other.remove(theirs);
});

test.each([0, 60, 120, 180, 240, 300])("a start killed after %i ms, then removed, has left nothing", async (ms) => {
  await using box = new Scratch();
  const id = anId();
  const starter = spawnStarter(box.stateDir, script(id, "sleep 1000"));
  const ended = once(starter, "exit");
  await pause(ms);
  starter.kill("SIGKILL");
  await ended;
  const runtime = await box.open();
  await runtime.remove(id);
  assert.deepEqual(withoutSupervisor(box), []);
  assert.deepEqual(left(box), [".changes"]);
});

test("a folder that comes and goes while somebody looks is there or absent, never damaged", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.run(script(id, "true")).result;
  const others = Array.from({ length: 300 }, (_, index) => join(box.stateDir, `other-${index}`));
  for (const other of others) cpSync(box.folder(id), other, { recursive: true });
  await runtime.remove(id);
  let over = false;
  const passing = (async () => {
    for (const other of others) {
      await rename(other, box.folder(id));
      await pause(other.endsWith("0") ? 10 : 0);
      await rename(box.folder(id), other);
      await pause(other.endsWith("5") ? 10 : 0);
    }
    over = true;
  })();
  const kinds = new Set<string>();
  while (!over) kinds.add((await runtime.inspect(id)).kind);
  await passing;
  assert.deepEqual([...kinds].toSorted(), ["absent", "task"]);
});

test("one watch tells of every change, whoever makes it, and of a removal", async () => {
  await using box = new Scratch();
  const [runtime, other] = [await box.open(), await box.open()];
  const id = anId();
  const seen: Change[] = [];
  const control = new AbortController();
  const watching = (async () => {
    for await (const change of runtime.capabilities.watch.watch({}, { signal: control.signal })) seen.push(change);
  })();
  await eventually(() => assert.deepEqual(seen, [{ kind: "resync" }]));
  await other.start(script(id, "sleep 0.3"));
  await eventually(() => expect(seen).toContainEqual({ kind: "changed", id }));
  await other.wait(id);
  seen.length = 0;
  await other.remove(id);
  await eventually(() => expect(seen).toContainEqual({ kind: "removed", id }));
  control.abort();
  await watching.catch(() => {});
});

test("a wait hears of an end by the watch, long before it would look again", async () => {
  await using box = new Scratch();
  const runtime = await box.open({ pollMs: 20_000 });
  const id = anId();
  const begun = performance.now();
  await runtime.run(script(id, "sleep 0.5")).result;
  assert(performance.now() - begun < 3_000);
});
