import assert from "node:assert/strict";
import type { Runtime, StopOptions, StopResult, TaskSpec, WorkloadId } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program, Step } from "./program.ts";
import type { Stage } from "./stage.ts";

const forAWhile: Step = { do: "sleep", ms: 60_000 };
const ready: Step = { do: "print", text: "ready" };
const polite: Program = [{ do: "trap", then: { exit: 3, print: "bye" } }, ready, forAWhile];
const stubborn: Program = [{ do: "trap", then: "ignore" }, ready, forAWhile];

async function running(
  stage: Stage,
  program: Program,
  more: Partial<TaskSpec> = {},
): Promise<{ readonly runtime: Runtime; readonly spec: TaskSpec }> {
  const runtime = await stage.open();
  const spec = stage.task(program, more);
  await stage.soon(runtime.start(spec), "start");
  await firstLine(stage, runtime, spec.id);
  assert.notDeepEqual(await stage.alive(spec.id), [], "it runs");
  return { runtime, spec };
}
/** Looked at the moment the answer is there: what it confirms has to be so already. */
async function stops(
  stage: Stage,
  { runtime, spec }: Awaited<ReturnType<typeof running>>,
  options: StopOptions = {},
): Promise<StopResult> {
  const result = await stage.soon(runtime.stop(spec.id, options), "stop");
  const alive = await stage.alive(spec.id);
  assert.equal(result.state, "confirmed", JSON.stringify(result));
  assert.deepEqual(alive, [], "what still runs although the stop was confirmed");
  const seen = await stage.elsewhere((other) => stage.soon(other.inspect(spec.id), "inspect"));
  assert.equal(seen.kind === "task" && seen.state.phase === "exited" && seen.state.outcome, "stopped");
  return result;
}

async function politely(stage: Stage): Promise<void> {
  const task = await running(stage, polite);
  const result = await stops(stage, task);
  assert.equal(result.forced, false);
  const said = linesOf(await stage.logs(task.runtime, task.spec.id, { follow: true }));
  // A shell may tell of a child of its own that TERM ended as well.
  assert.deepEqual([said[0], said.at(-1)], ["ready", "bye"], "it could say goodbye");
}

async function byForce(stage: Stage): Promise<void> {
  const task = await running(stage, stubborn);
  const begun = performance.now();
  const result = await stops(stage, task, { graceMs: 1000 });
  const took = performance.now() - begun;
  assert.equal(result.forced, true);
  assert.ok(
    took >= result.graceMs * 0.9,
    `killed after ${took.toFixed()} ms, although ${result.graceMs} ms of grace were applied`,
  );
  assert.ok(took < result.graceMs + 10_000, `killed only after ${took.toFixed()} ms`);
}

async function ofTheSpec(stage: Stage): Promise<void> {
  const task = await running(stage, stubborn, { stopGraceMs: 1000 });
  const result = await stops(stage, task);
  const { graceOfStop } = stage.harness;
  assert.equal(result.graceMs, typeof graceOfStop === "number" ? graceOfStop : 1000, "the spec's own grace, or everybody's");
  assert.equal(result.forced, true);
}

async function withChildren(stage: Stage, child: Program): Promise<void> {
  const task = await running(stage, [{ do: "fork", program: child }, { do: "fork", program: child }, ...polite]);
  await stops(stage, task, { graceMs: 1000 });
}

async function twice(stage: Stage): Promise<void> {
  const task = await running(stage, polite);
  await stops(stage, task);
  const ending = await stage.wait(task.runtime, task.spec.id);
  const again = await stage.elsewhere((other) => stage.soon(other.stop(task.spec.id), "a second stop"));
  assert.deepEqual([again.state, again.forced], ["confirmed", false]);
  assert.deepEqual(await stage.wait(task.runtime, task.spec.id), ending, "a second stop changes nothing");
}

async function ofTheEnded(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([{ do: "exit", code: 0 }]);
  const ending = await stage.ran(runtime, spec);
  assert.equal((await stage.soon(runtime.stop(spec.id), "stop")).state, "confirmed");
  assert.deepEqual(await stage.elsewhere((other) => stage.wait(other, spec.id)), ending, "what has succeeded stays so");
}

async function crashed(stage: Stage): Promise<void> {
  await stage.atEachBoundary({
    async job(boundary) {
      const { spec } = await running(stage, polite);
      return { verb: "stop", id: spec.id, owner: stage.owner, ...(boundary !== undefined && { boundary }) };
    },
    then: async (job) => (job.verb === "stop" ? stoppedAgain(stage, job.id) : undefined),
  });
}
const stoppedAgain = (stage: Stage, id: WorkloadId): Promise<void> =>
  stage.elsewhere(async (runtime) => {
    assert.equal((await stage.soon(runtime.stop(id), "stop again")).state, "confirmed");
    assert.deepEqual(await stage.alive(id), []);
    assert.equal((await stage.wait(runtime, id)).outcome, "stopped");
  });

async function disturbed(stage: Stage, kind: "drop-request" | "lose-reply"): Promise<void> {
  const opening = await stage.requestsToOpen();
  for (let step = 0; ; step++) {
    await using route = await stage.route({ kind, at: opening + step });
    const { spec } = await running(stage, polite);
    const through = await stage.open({ through: route.through });
    const [first] = await Promise.allSettled([stage.soon(through.stop(spec.id), "stop")]);
    const confirmed = first.status === "fulfilled" && first.value.state === "confirmed";
    if (confirmed) assert.deepEqual(await stage.alive(spec.id), [], `request ${step}: said to be gone`);
    if (stage.injected(kind, route) === 0) return assert.ok(step > 0, "stop sends no request at all");
    await stoppedAgain(stage, spec.id);
  }
}

export const stoppedMeansGone: readonly GuaranteeCase[] = [
  { name: "confirmed means that nothing runs; a polite program is not forced", run: politely },
  { name: "a program that ignores TERM is killed when its grace is over", run: byForce },
  { name: "without a grace of its own, a stop applies the spec's", run: ofTheSpec },
  { name: "children are stopped with it", needs: [needs.forks], run: (stage) => withChildren(stage, [forAWhile]) },
  {
    name: "children that ignore TERM too",
    needs: [needs.forks],
    run: (stage) => withChildren(stage, stubborn.slice(0, 1).concat(forAWhile)),
  },
  {
    name: "children do not outlive a program that ended by itself",
    needs: [needs.forks],
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.task([
        { do: "fork", program: [forAWhile] },
        { do: "sleep", ms: 200 },
      ]);
      assert.equal((await stage.ran(runtime, spec)).outcome, "succeeded");
      await stage.eventually(
        async () => (await stage.alive(spec.id)).length === 0,
        "children of a program that has ended are gone",
      );
    },
  },
  { name: "a second stop is no error and changes nothing", run: twice },
  { name: "a stop of what has ended changes nothing", run: ofTheEnded },
  {
    name: "a stop of what never was is no error",
    async run(stage) {
      const result = await stage.soon((await stage.open()).stop(stage.id()), "stop");
      assert.deepEqual([result.state, result.forced], ["confirmed", false]);
    },
  },
  { name: "killed at any step of stop, then stopped again: gone, and told as stopped", needs: [needs.crash], run: crashed },
  {
    name: "a request that never arrived, then stopped again: gone",
    needs: [needs.faults],
    run: (stage) => disturbed(stage, "drop-request"),
  },
  {
    name: "an answer that never came back, then stopped again: gone",
    needs: [needs.faults],
    run: (stage) => disturbed(stage, "lose-reply"),
  },
];
