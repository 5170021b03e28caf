import assert from "node:assert/strict";
import { fileStore, LongshoreError, type Owner, type Runtime, type TaskSpec } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import type { CrashJob } from "./harness.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { held, pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

const short: Program = [{ do: "print", text: "done" }];
const long: Program = [
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];

/** Removed, and gone in every view: natively, by id, in the list. */
async function goes(stage: Stage, runtime: Runtime, spec: TaskSpec): Promise<void> {
  assert.notDeepEqual(await stage.natives(), [], "there is something to remove");
  await stage.soon(runtime.remove(spec.id), "remove");
  await assertGone(stage, runtime, { id: spec.id, owner: stage.owner });
}
async function assertGone(
  stage: Stage,
  runtime: Runtime,
  { id, owner }: Pick<TaskSpec, "id"> & { readonly owner: Owner },
): Promise<void> {
  assert.deepEqual(await stage.natives(owner), [], "what is left");
  assert.equal((await stage.soon(runtime.inspect(id), "inspect")).kind, "absent");
  assert.deepEqual(await stage.soon(Array.fromAsync(runtime.list()), "list"), []);
}

async function followed(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([{ do: "trap", then: { exit: 0, print: "bye" } }, ...long]);
  await stage.soon(runtime.start(spec), "start");
  const records = held(Array.fromAsync(runtime.logs(spec.id, { follow: true })));
  await firstLine(stage, runtime, spec.id);
  await goes(stage, runtime, spec);
  const heard = linesOf(await stage.soon(records, "the follower"));
  assert.deepEqual([heard[0], heard.at(-1)], ["ready", "bye"], "the follower hears the tail");
}

async function othersStay(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const stranger = stage.anotherOwner();
  const spec = stage.task(long);
  const neighbour = stage.task(long);
  await stage.soon(Promise.all([runtime.start(spec), runtime.start(neighbour)]), "start");
  await stage.elsewhere((other) => stage.soon(other.start(spec), "start"), { owner: stranger });
  await stage.soon(runtime.remove(spec.id), "remove");
  assert.notDeepEqual(await stage.alive(neighbour.id), [], "another workload of the same owner runs on");
  assert.notDeepEqual(await stage.harness.alive(stranger, spec.id), [], "the same id of another owner runs on");
}

async function crashed(stage: Stage, verb: "start" | "remove", program: Program): Promise<void> {
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      const spec = stage.task(program);
      const at = { owner, ...(boundary !== undefined && { boundary }) };
      if (verb === "start") return { ...at, verb, spec };
      await stage.elsewhere((runtime) => stage.soon(runtime.start(spec), "start"), { owner });
      return { ...at, verb, id: spec.id };
    },
    then: (job) => removedAgain(stage, job),
  });
}
async function removedAgain(stage: Stage, job: CrashJob): Promise<void> {
  const id = "spec" in job ? job.spec.id : job.id;
  await stage.elsewhere(
    async (runtime) => {
      await stage.soon(runtime.remove(id), "remove again");
      // What the killed process had sent on its way may still arrive, and has to find nothing left to do.
      await stage.eventually(async () => (await stage.natives(job.owner)).length === 0, "nothing is left").catch(() => {});
      await pause(100);
      await assertGone(stage, runtime, { id, owner: job.owner });
    },
    { owner: job.owner },
  );
}

/** What was owed when the process died, whoever sweeps next pays; what was not yet owed, nobody touches. */
async function sweptLater(stage: Stage): Promise<void> {
  const specs = new Map<Owner, TaskSpec>();
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      const folder = await stage.folder();
      const spec = stage.task(long);
      specs.set(owner, spec);
      const opening = { owner, store: fileStore(folder) };
      await stage.elsewhere((runtime) => stage.soon(runtime.start(spec), "start"), opening);
      return { verb: "remove", id: spec.id, owner, store: folder, ...(boundary !== undefined && { boundary }) };
    },
    async then({ owner, store = "" }) {
      const spec = specs.get(owner);
      if (spec !== undefined) await assertSwept(stage, spec, { owner, store });
    },
  });
}
async function assertSwept(
  stage: Stage,
  spec: TaskSpec,
  { owner, store: folder }: { readonly owner: Owner; readonly store: string },
): Promise<void> {
  const store = fileStore(folder);
  const debts = await Array.fromAsync(store.list("debts/", new AbortController().signal));
  const untouched = debts.length === 0 && (await stage.natives(owner)).length > 0;
  await stage.elsewhere(
    async (runtime) => {
      const { settled, failed } = await stage.soon(runtime.sweep({ graceMs: 0 }), "sweep");
      assert.deepEqual([settled, failed], [debts.length === 0 ? [] : [spec.id], []], "removals that were owed");
      if (untouched) return assert.notDeepEqual(await stage.harness.alive(owner, spec.id), [], "its removal never began");
      await stage.eventually(async () => (await stage.natives(owner)).length === 0, "nothing is left").catch(() => {});
      assert.deepEqual(await stage.natives(owner), [], "what is left");
      const over = (error: unknown): boolean => LongshoreError.is(error, "conflict") || LongshoreError.is(error, "lost");
      await assert.rejects(stage.soon(runtime.start(spec), "start"), over, "it ran already, and is started again");
    },
    { owner, store },
  );
}

async function disturbed(stage: Stage, kind: "drop-request" | "lose-reply"): Promise<void> {
  const opening = await stage.requestsToOpen();
  for (let step = 0; ; step++) {
    await using route = await stage.route({ kind, at: opening + step });
    const owner = stage.anotherOwner();
    const spec = stage.task(long);
    await stage.elsewhere((runtime) => stage.soon(runtime.start(spec), "start"), { owner });
    const through = await stage.open({ owner, through: route.through });
    const [first] = await Promise.allSettled([stage.soon(through.remove(spec.id), "remove")]);
    if (first.status === "fulfilled") assert.deepEqual(await stage.natives(owner), [], `request ${step}: said to be removed`);
    if (stage.injected(kind, route) === 0) return assert.ok(step > 0, "remove sends no request at all");
    await removedAgain(stage, { verb: "remove", id: spec.id, owner });
  }
}

export const removedLeavesNothing: readonly GuaranteeCase[] = [
  {
    name: "what has ended leaves nothing",
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.task(short);
      await stage.ran(runtime, spec);
      await goes(stage, runtime, spec);
    },
  },
  {
    name: "what runs is ended first, children included",
    async run(stage) {
      const children: Program = (stage.harness.forks ?? true) ? [{ do: "fork", program: long }] : [];
      const runtime = await stage.open();
      const spec = stage.task([...children, ...long]);
      await stage.soon(runtime.start(spec), "start");
      await firstLine(stage, runtime, spec.id);
      await goes(stage, runtime, spec);
      assert.deepEqual(await stage.alive(spec.id), []);
    },
  },
  {
    name: "what was stopped leaves nothing, whoever stopped it",
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.task(long);
      await stage.soon(runtime.start(spec), "start");
      await stage.elsewhere((other) => stage.soon(other.stop(spec.id, { graceMs: 0 }), "stop"));
      await goes(stage, runtime, spec);
    },
  },
  {
    name: "what never started leaves nothing",
    needs: [needs.badCommand],
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.given(stage.harness.bad.command);
      await stage.ran(runtime, spec);
      await goes(stage, runtime, spec);
    },
  },
  {
    name: "an image that does not exist leaves nothing",
    needs: [needs.badImage],
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.given(stage.harness.bad.image);
      await stage.soon(runtime.start(spec), "start").catch(() => {});
      await stage.soon(runtime.remove(spec.id), "remove");
      await assertGone(stage, runtime, { id: spec.id, owner: stage.owner });
    },
  },
  {
    name: "a second removal, and one of what never was, are no errors",
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.task(short);
      await stage.ran(runtime, spec);
      await goes(stage, runtime, spec);
      await stage.soon(runtime.remove(spec.id), "a second removal");
      await stage.elsewhere((other) => stage.soon(other.remove(stage.id()), "a removal of what never was"));
    },
  },
  { name: "whoever follows the log comes to its end first", run: followed },
  { name: "nobody else's work is touched", run: othersStay },
  {
    name: "killed at any step of remove, then removed again: nothing",
    needs: [needs.crash],
    run: (stage) => crashed(stage, "remove", long),
  },
  {
    name: "with a store, killed at any step of remove, then swept by another process: nothing",
    needs: [needs.crash],
    run: sweptLater,
  },
  {
    name: "killed at any step of start, then removed: nothing",
    needs: [needs.crash],
    run: (stage) => crashed(stage, "start", short),
  },
  {
    name: "a request that never arrived, then removed again: nothing",
    needs: [needs.faults],
    run: (stage) => disturbed(stage, "drop-request"),
  },
  {
    name: "an answer that never came back, then removed again: nothing",
    needs: [needs.faults],
    run: (stage) => disturbed(stage, "lose-reply"),
  },
];
