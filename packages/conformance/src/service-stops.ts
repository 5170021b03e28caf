import assert from "node:assert/strict";
import type { CrashJob } from "./harness.ts";
import type { ServiceSpec, WorkloadId } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { saidBy, answers, endpointsOf, inspected, isWhole, servingSpec, started, until } from "./service-kit.ts";
import { pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

/** Looked at the moment the answer is there. */
async function assertStopped(stage: Stage, id: WorkloadId): Promise<void> {
  assert.deepEqual(await stage.alive(id), [], "what still runs although the stop was confirmed");
  await stage.elsewhere(async (runtime) => {
    const { state } = await inspected(stage, runtime, id);
    assert.deepEqual([state.desired, state.ready], [0, 0]);
    assert.ok(state.instances.every(({ phase }) => phase === "exited"));
    assert.deepEqual(await endpointsOf(stage, runtime, id), []);
  });
}

async function stops(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2 });
  const runtime = await stage.open();
  await started(stage, runtime, spec);
  const result = await stage.elsewhere((other) => stage.soon(other.stop(spec.id), "stop"));
  assert.equal(result.state, "confirmed", JSON.stringify(result));
  await assertStopped(stage, spec.id);
  assert.equal((await stage.soon(runtime.stop(spec.id), "a second stop")).state, "confirmed");
  await pause(1000);
  await assertStopped(stage, spec.id);
  const again = await stage.soon(runtime.start(spec), "start of what is stopped");
  assert.ok(again.kind === "service" && again.state.desired === 0, "a start finds it as it is");
  await assertStopped(stage, spec.id);
}

async function byForce(stage: Stage): Promise<void> {
  const spec = stage.service(
    [
      { do: "trap", then: "ignore" },
      { do: "print", text: "here" },
      { do: "sleep", ms: 60_000 },
    ],
    { replicas: 2 },
  );
  const runtime = await stage.open();
  await stage.soon(runtime.start(spec), "start");
  await stage.eventually(async () => saidBy(await stage.logs(runtime, spec.id), "here").length === 2, "both are there");
  const result = await stage.soon(runtime.stop(spec.id, { graceMs: 500 }), "stop");
  const { graceOfStop = "call" } = stage.harness;
  const graces = { call: 500, spec: spec.stopGraceMs };
  const graceMs = typeof graceOfStop === "number" ? graceOfStop : graces[graceOfStop];
  assert.deepEqual([result.state, result.graceMs], ["confirmed", graceMs]);
  assert.ok(stage.services.onlyCounted === true || result.forced, "it was killed, and that is told");
  await assertStopped(stage, spec.id);
}

async function crashed(
  stage: Stage,
  verb: "stop" | "remove" | "resume",
  settle: (stage: Stage, job: CrashJob, spec: ServiceSpec) => Promise<void>,
): Promise<void> {
  const specs = new Map<WorkloadId, ServiceSpec>();
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      const spec = servingSpec(stage, "one", { replicas: 2, drainMs: 50 });
      specs.set(spec.id, spec);
      await stage.elsewhere(
        async (runtime) => {
          await started(stage, runtime, spec);
          if (verb === "resume") await stage.soon(runtime.stop(spec.id), "stop");
        },
        { owner },
      );
      return { verb, id: spec.id, owner, ...(boundary !== undefined && { boundary }) };
    },
    async then(job) {
      const spec = "id" in job ? specs.get(job.id) : undefined;
      if (spec !== undefined) await settle(stage, job, spec);
    },
  });
}

async function stoppedAgain(stage: Stage, { owner }: CrashJob, { id }: ServiceSpec): Promise<void> {
  await stage.elsewhere(async (runtime) => assert.equal((await stage.soon(runtime.stop(id), "stop again")).state, "confirmed"), {
    owner,
  });
  assert.deepEqual(await stage.harness.alive(owner, id), []);
  await stage.elsewhere(
    async (runtime) => {
      assert.equal((await inspected(stage, runtime, id)).state.desired, 0);
      await stage.soon(runtime.resume(id), "resume");
      assert.deepEqual(await answers(stage, runtime, id), ["one", "one"]);
    },
    { owner },
  );
}

async function resumedAgain(stage: Stage, { owner }: CrashJob, { id }: ServiceSpec): Promise<void> {
  await stage.elsewhere(
    async (runtime) => {
      await stage.soon(runtime.resume(id), "resume again");
      const seen = await until(stage, runtime, { id, what: "whole", is: isWhole });
      assert.equal(seen.state.instances.length, 2);
      assert.deepEqual(await answers(stage, runtime, id), ["one", "one"]);
    },
    { owner },
  );
}

async function removedAgain(stage: Stage, { owner }: CrashJob, { id }: ServiceSpec): Promise<void> {
  await stage.elsewhere(
    async (runtime) => {
      await stage.soon(runtime.remove(id), "remove again");
      assert.equal((await stage.soon(runtime.inspect(id), "inspect")).kind, "absent");
    },
    { owner },
  );
  await stage.eventually(async () => (await stage.natives(owner)).length === 0, "nothing is left").catch(() => {});
  assert.deepEqual(await stage.natives(owner), []);
}

async function resumed(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2, labels: { team: "blue" } });
  const runtime = await stage.open();
  const before = await started(stage, runtime, spec);
  await stage.soon(runtime.stop(spec.id), "stop");
  const after = await stage.elsewhere((other) => stage.soon(other.resume(spec.id), "resume"));
  assert.ok(isWhole(after), "a resume settles once everything is ready");
  const identity = ({ nativeId, specHash, labels, createdAt, id }: typeof before): unknown => ({
    nativeId,
    specHash,
    labels,
    createdAt,
    id,
  });
  assert.deepEqual(identity(after), identity(before));
  assert.deepEqual(await answers(stage, runtime, spec.id), ["one", "one"]);
  const again = await stage.soon(runtime.resume(spec.id), "a second resume");
  assert.deepEqual(again.state.restarts, after.state.restarts, "what runs is left alone");
}

/** G5 for services. */
export const serviceStops: readonly GuaranteeCase[] = [
  { name: "a service: stopped at once, by another process, and for good", needs: [needs.services], run: stops },
  { name: "a service that ignores the polite signal is killed", needs: [needs.services], run: byForce },
  {
    name: "a service: killed at any step of stop, then stopped again: gone, and it can be resumed",
    needs: [needs.services, needs.crash],
    run: (stage) => crashed(stage, "stop", stoppedAgain),
  },
];
/** G6 for services. */
export const serviceRemovals: readonly GuaranteeCase[] = [
  {
    name: "a service: removed leaves nothing, running or stopped",
    needs: [needs.services],
    async run(stage) {
      for (const stopped of [false, true]) {
        const spec = servingSpec(stage, "one", { replicas: 2 });
        const runtime = await stage.open();
        await started(stage, runtime, spec);
        if (stopped) await stage.soon(runtime.stop(spec.id), "stop");
        await removedAgain(stage, { verb: "remove", id: spec.id, owner: stage.owner }, spec);
      }
    },
  },
  {
    name: "a service: killed at any step of remove, then removed again: nothing",
    needs: [needs.services, needs.crash],
    run: (stage) => crashed(stage, "remove", removedAgain),
  },
];
/** G7 for services. */
export const serviceReturns: readonly GuaranteeCase[] = [
  { name: "a service: stopped and resumed by others keeps its identity", needs: [needs.services], run: resumed },
  {
    name: "a service: killed at any step of resume, then resumed again: whole",
    needs: [needs.services, needs.crash],
    run: (stage) => crashed(stage, "resume", resumedAgain),
  },
];
