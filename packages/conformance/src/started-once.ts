import assert from "node:assert/strict";
import { fileStore, LongshoreError, memoryStore, type Owner, type Runtime, type TaskSpec } from "@longshore/core";
import { crashedStarts } from "./crashed-starts.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import type { Stage } from "./stage.ts";

/** Long enough that a second run would meet the first one alive, and leaves its mark once for each run. */
const marking: Program = [
  { do: "print", text: "mark" },
  { do: "sleep", ms: 150 },
];
const isConflict = (error: unknown): boolean => LongshoreError.is(error, "conflict");

/** Started again by somebody else, it is there once: one listed, as many native things as one has, one mark in its log. */
async function assertRanOnce(
  stage: Stage,
  spec: TaskSpec,
  of: { readonly owner: Owner; readonly store?: string },
): Promise<void> {
  const store = of.store === undefined ? {} : { store: fileStore(of.store) };
  await stage.elsewhere(
    async (runtime) => {
      const ending = await stage.ran(runtime, spec);
      assert.equal(ending.outcome, "succeeded", `ended ${JSON.stringify(ending)}`);
      assert.deepEqual(linesOf(await stage.logs(runtime, spec.id, { follow: true })), ["mark"], "the program's mark");
      const listed = await stage.soon(Array.fromAsync(runtime.list()), "list");
      // What a start that was cut short left behind bears the id too, and goes with the removal.
      const tasks = listed.filter(({ kind }) => kind !== "leftover").map(({ kind, id }) => `${kind} ${id}`);
      assert.deepEqual(tasks, [`task ${spec.id}`], "what is listed");
      await stage.soon(runtime.remove(spec.id), "remove");
    },
    { owner: of.owner, ...store },
  );
  await stage.begunOnce(spec.id, of.owner);
  await stage.eventually(async () => (await stage.natives(of.owner)).length === 0, "nothing is left").catch(() => {});
  assert.deepEqual(await stage.natives(of.owner), [], "what a second run left beside the one that was removed");
}

async function atOnce(stage: Stage, delayMs?: number): Promise<void> {
  const spec = stage.task(marking);
  const openOne = async (): Promise<Runtime> => {
    if (delayMs === undefined) return stage.open();
    const { through } = await stage.route({ kind: "delay", ms: stage.choice.below(delayMs) });
    return stage.open({ through });
  };
  const runtimes = await Promise.all(Array.from({ length: 10 }, openOne));
  const found = await stage.soon(Promise.all(runtimes.map((runtime) => runtime.start(spec))), "10 starts at once");
  assert.equal(new Set(found.map(({ nativeId }) => nativeId)).size, 1, "they answer with one workload");
  await assertRanOnce(stage, spec, stage);
}

/** A store remembers what the backend has lost, or was told to forget. */
async function startedBefore(stage: Stage, lose: (runtime: Runtime, spec: TaskSpec) => Promise<unknown>): Promise<void> {
  const store = memoryStore();
  const spec = stage.task(marking);
  const runtime = await stage.open({ store });
  await stage.ran(runtime, spec);
  await lose(runtime, spec);
  const again = await stage.open({ store });
  const refused = (error: unknown): boolean => isConflict(error) || LongshoreError.is(error, "lost");
  await assert.rejects(stage.soon(again.start(spec), "start"), refused, "it ran already, and is started again");
  assert.deepEqual(await stage.alive(spec.id), []);
  await stage.begunOnce(spec.id);
}

/** Whether the first start says so or not, the work is done once; what it says has to be the truth, or leave it open. */
async function disturbed(stage: Stage, kind: "drop-request" | "lose-reply"): Promise<void> {
  const opening = await stage.requestsToOpen();
  for (let step = 0; ; step++) {
    await using route = await stage.route({ kind, at: opening + step });
    const owner = stage.anotherOwner();
    const spec = stage.task(marking);
    const runtime = await stage.open({ owner, through: route.through });
    const [first] = await Promise.allSettled([stage.soon(runtime.start(spec), "start")]);
    if (stage.injected(kind, route) === 0) return assert.ok(step > 0, "start sends no request at all");
    const honest =
      first.status === "fulfilled" || (LongshoreError.is(first.reason) && (first.reason.retryable || first.reason.ambiguous));
    assert.ok(
      honest,
      `request ${step}: a lost connection was taken for an answer: ${first.status === "rejected" && first.reason}`,
    );
    await assertRanOnce(stage, spec, { owner });
  }
}

const crashed = (stage: Stage, store: boolean): Promise<void> =>
  crashedStarts(stage, { store, spec: () => stage.task(marking), then: (spec, job) => assertRanOnce(stage, spec, job) });

export const startedOnce: readonly GuaranteeCase[] = [
  {
    name: "the same spec again answers with the one workload",
    async run(stage) {
      const spec = stage.task(marking);
      const runtime = await stage.open();
      const first = await stage.soon(runtime.start(spec), "start");
      const second = await stage.elsewhere((other) => stage.soon(other.start(spec), "start again"));
      assert.equal(second.nativeId, first.nativeId);
      await assertRanOnce(stage, spec, stage);
    },
  },
  { name: "ten at once, from as many processes, start one", run: (stage) => atOnce(stage) },
  {
    name: "ten at once, each over a connection of another slowness, start one",
    needs: [needs.faults],
    run: (stage) => atOnce(stage, 150),
  },
  {
    name: "the same spec after its end starts nothing",
    async run(stage) {
      const spec = stage.task(marking);
      const ending = await stage.ran(await stage.open(), spec);
      const again = await stage.elsewhere((other) => stage.soon(other.start(spec), "start again"));
      assert.deepEqual(again.state, ending);
      await assertRanOnce(stage, spec, stage);
    },
  },
  {
    name: "another spec under the same id is a conflict, and changes nothing",
    async run(stage) {
      const spec = stage.task(marking);
      const other = stage.task([{ do: "print", text: "other" }], { id: spec.id });
      const runtime = await stage.open();
      await stage.soon(runtime.start(spec), "start");
      await assert.rejects(stage.soon(runtime.start(other), "start of another"), isConflict);
      await stage.wait(runtime, spec.id);
      await stage.elsewhere((another) => assert.rejects(stage.soon(another.start(other), "start of another"), isConflict));
      await assertRanOnce(stage, spec, stage);
    },
  },
  {
    name: "with a store, what was removed is not started again",
    run: (stage) => startedBefore(stage, (runtime, { id }) => stage.soon(runtime.remove(id), "remove")),
  },
  {
    name: "with a store, what the backend has lost is lost, and not started again",
    run: (stage) =>
      startedBefore(stage, async (runtime, { id }) => {
        await stage.harness.wipe(stage.owner);
        assert.equal((await stage.soon(runtime.inspect(id), "inspect")).kind, "lost");
      }),
  },
  {
    name: "killed at any step of start, then started again: one run",
    needs: [needs.crash],
    run: (stage) => crashed(stage, false),
  },
  { name: "the same with a store", needs: [needs.crash], run: (stage) => crashed(stage, true) },
  { name: "a request that never arrived: one run", needs: [needs.faults], run: (stage) => disturbed(stage, "drop-request") },
  { name: "an answer that never came back: one run", needs: [needs.faults], run: (stage) => disturbed(stage, "lose-reply") },
];
