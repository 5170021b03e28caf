import assert from "node:assert/strict";
import { LongshoreError, type Runtime, type ServiceSpec, type WorkloadId } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import {
  answers,
  client,
  endpointsOf,
  inspected,
  isWhole,
  namesOf,
  saidBy,
  serving,
  servingSpec,
  started,
  until,
} from "./service-kit.ts";
import { pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

/** The same service, of a program that answers something else. */
const saying = (stage: Stage, spec: ServiceSpec, text: string): ServiceSpec => ({
  ...spec,
  ...stage.services.service(serving(text)),
});
/** So often that the client has met each instance, however slow the machine. */
const requests = 10;

interface Serving {
  readonly spec: ServiceSpec;
  readonly text: string;
}
async function assertServes(stage: Stage, runtime: Runtime, { spec, text }: Serving): Promise<void> {
  const service = await until(stage, runtime, { id: spec.id, what: "whole", is: isWhole });
  assert.equal(service.state.desired, spec.replicas ?? 1);
  assert.ok(
    service.state.instances.every(({ current }) => current),
    "nothing old is left",
  );
  const said = await answers(stage, runtime, spec.id);
  assert.deepEqual(
    said,
    Array.from({ length: spec.replicas ?? 1 }, () => text),
    "what its instances answer",
  );
}

/** Under a client that asks all the time. */
async function unnoticed(
  stage: Stage,
  change: (runtime: Runtime, spec: ServiceSpec) => Promise<unknown>,
): Promise<readonly string[]> {
  const spec = servingSpec(stage, "one", { replicas: 3 });
  const runtime = await stage.open();
  const before = await started(stage, runtime, spec);
  const watcher = client(stage, await stage.open(), spec.id);
  const more = (from = watcher.seen.length): Promise<void> =>
    stage.eventually(() => watcher.seen.length >= from + requests, `${requests} more requests`);
  await more();
  await stage.soon(change(runtime, spec), "the change");
  await more();
  const seen = await watcher.stop();
  const after = await until(stage, runtime, { id: spec.id, what: "whole", is: isWhole });
  assert.ok(namesOf(after).length === 3 && after.nativeId === before.nativeId && after.createdAt === before.createdAt);
  assert.deepEqual(
    seen.filter((answer) => answer !== "one" && answer !== "two"),
    [],
    `of ${seen.length} requests`,
  );
  return seen;
}

async function rolling(stage: Stage): Promise<void> {
  const seen = await unnoticed(stage, async (runtime, spec) => {
    const next = saying(stage, spec, "two");
    const updated = await runtime.update(next);
    assert.ok(isWhole(updated), "an update settles once everything is ready");
    await assertServes(stage, runtime, { spec: next, text: "two" });
    await assert.rejects(runtime.start(spec), (error) => LongshoreError.is(error, "conflict"), "the old spec is another one now");
    assert.equal((await runtime.start(next)).specHash, updated.specHash);
  });
  assert.ok(seen.at(0) === "one" && seen.at(-1) === "two");
}

async function restarted(stage: Stage): Promise<void> {
  let [before, after]: (readonly string[])[] = [[], []];
  await unnoticed(stage, async (runtime, spec) => {
    before = saidBy(await stage.logs(runtime, spec.id), "mark one");
    await runtime.restart(spec.id);
    after = saidBy(await stage.logs(runtime, spec.id), "mark one");
  });
  assert.equal(before?.length, 3);
  // Where what was replaced takes its log along, the new instances have said it all the same.
  assert.ok((after?.length ?? 0) >= 3 && JSON.stringify(after) !== JSON.stringify(before), "every instance was begun anew");
}

async function recreated(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2, update: "recreate" });
  const runtime = await stage.open();
  await started(stage, runtime, spec);
  const next = { ...saying(stage, spec, "two"), replicas: 1 };
  await stage.soon(runtime.update(next), "update");
  await assertServes(stage, runtime, { spec: next, text: "two" });
}

/** What is new never answers. */
async function takenBack(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2 });
  const runtime = await stage.open();
  const before = await started(stage, runtime, spec);
  const deaf = stage.services.service([
    { do: "print", text: "deaf" },
    { do: "sleep", ms: 60_000 },
  ]);
  const next: ServiceSpec = { ...spec, ...deaf, readiness: { ...readinessOf(spec), timeoutMs: 1500 } };
  const watcher = client(stage, await stage.open(), spec.id);
  const told = (error: unknown): boolean => LongshoreError.is(error, "timeout") && !error.retryable;
  await assert.rejects(stage.soon(runtime.update(next), "update"), told, "an update that comes to nothing is a timeout");
  const seen = await watcher.stop();
  assert.deepEqual([...new Set(seen)], ["one"], "what was ready stays");
  const after = await until(stage, runtime, { id: spec.id, what: "as it was", is: isWhole });
  assert.equal(after.specHash, before.specHash);
  if (stage.services.comesBackAnew !== true) assert.deepEqual(namesOf(after), namesOf(before));
  await assertServes(stage, runtime, { spec, text: "one" });
}
const readinessOf = ({ readiness }: ServiceSpec): NonNullable<ServiceSpec["readiness"]> =>
  readiness ?? assert.fail("no readiness");

/** Cut short anywhere, then asked for again, by another process. */
async function crashedUpdate(stage: Stage): Promise<void> {
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      const spec = servingSpec(stage, "one", { replicas: 2, drainMs: 50 });
      await stage.elsewhere((runtime) => started(stage, runtime, spec), { owner });
      return { verb: "update", spec: saying(stage, spec, "two"), owner, ...(boundary !== undefined && { boundary }) };
    },
    async then(job) {
      if (job.verb !== "update") return;
      await stage.elsewhere(
        async (runtime) => {
          const updated = await stage.soon(runtime.update(job.spec), "update again");
          assert.equal(updated.specHash, (await inspected(stage, runtime, job.spec.id)).specHash);
          await assertServes(stage, runtime, { spec: job.spec, text: "two" });
          await stage.soon(runtime.remove(job.spec.id), "remove");
          assert.deepEqual(await stage.natives(job.owner), []);
        },
        { owner: job.owner },
      );
    },
  });
}

/** An update of two takes longer than this: where each instance leaves its endpoint for itself, and where nobody is waited for. */
const [slowMs, quickMs] = [900, 60];
async function aborted(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2, drainMs: 1000 });
  const runtime = await stage.open();
  await started(stage, runtime, spec);
  const next = saying(stage, spec, "two");
  const control = new AbortController();
  const reason = new Error("enough");
  const updating = runtime.update(next, { signal: control.signal });
  setTimeout(() => control.abort(reason), stage.choice.below(stage.services.onlyCounted === true ? quickMs : slowMs));
  await assert.rejects(stage.soon(updating, "an aborted update"), (error) => error === reason);
  assert.notDeepEqual(await stage.alive(spec.id), [], "an abort takes nothing away");
  await stage.elsewhere((other) => stage.soon(other.update(next), "update again"));
  await assertServes(stage, runtime, { spec: next, text: "two" });
}

async function comesBack(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2 });
  const runtime = await stage.open();
  const before = await started(stage, runtime, spec);
  const [victim = ""] = namesOf(before);
  await stage.services.kill(stage.owner, spec.id, victim);
  const again = await until(stage, runtime, {
    id: spec.id,
    what: "restarted",
    is: (seen) => isWhole(seen) && seen.state.restarts > 0,
  });
  assert.ok(again.state.restarts >= 1);
  await assertServes(stage, runtime, { spec, text: "one" });
}

async function crashLoop(stage: Stage): Promise<void> {
  const spec = stage.service(
    [
      { do: "print", text: "tried" },
      { do: "exit", code: 3 },
    ],
    { replicas: 1 },
  );
  const runtime = await stage.open();
  await stage.soon(runtime.start(spec), "start");
  const seen = await until(stage, runtime, { id: spec.id, what: "two restarts", is: ({ state }) => state.restarts >= 2 });
  assert.equal(seen.state.desired, 1);
  const ended = await until(stage, runtime, {
    id: spec.id,
    what: "its last ending",
    is: ({ state }) => state.instances[0]?.lastEnding !== undefined,
  });
  const { lastEnding } = ended.state.instances[0] ?? {};
  assert.deepEqual([lastEnding?.outcome, lastEnding?.exit?.code], ["failed", 3]);
}

async function onFailure(stage: Stage): Promise<void> {
  const spec = stage.service([{ do: "print", text: "done" }], { restart: "on-failure" });
  const runtime = await stage.open();
  const { problems } = await runtime.plan(spec);
  if (problems.length > 0)
    return assert.deepEqual(
      problems.map(({ path }) => path),
      ["restart"],
      "only that may be refused, and by name",
    );
  await stage.soon(runtime.start(spec), "start");
  const { state } = await until(stage, runtime, {
    id: spec.id,
    what: "ended",
    is: (seen) => seen.state.instances[0]?.phase === "exited",
  });
  await pause(500);
  assert.deepEqual([state.ready, state.restarts, state.instances[0]?.lastEnding?.outcome], [0, 0, "succeeded"]);
  assert.deepEqual(saidBy(await stage.logs(runtime, spec.id), "done").length, 1);
}

const unknown = async (stage: Stage): Promise<void> => {
  const runtime = await stage.open();
  const id: WorkloadId = stage.id("service");
  const isUnknown = (error: unknown): boolean => LongshoreError.is(error, "not-found");
  await assert.rejects(stage.soon(runtime.update({ ...servingSpec(stage, "one"), id }), "update"), isUnknown);
  await assert.rejects(stage.soon(runtime.restart(id), "restart"), isUnknown);
  await assert.rejects(stage.soon(runtime.resume(id), "resume"), isUnknown);
  await assert.rejects(endpointsOf(stage, runtime, id), isUnknown);
};

/** What a service is kept by: killed instances, updates, restarts. */
export const serviceUpdates: readonly GuaranteeCase[] = [
  { name: "a killed instance comes back", needs: [needs.services, needs.instances], run: comesBack },
  {
    name: "what ends again and again is started again and again, and tells why",
    needs: [needs.services, needs.instances],
    run: crashLoop,
  },
  { name: "on-failure: what ended with code 0 stays ended", needs: [needs.services], run: onFailure },
  { name: "a rolling update of three, unnoticed by a client", needs: [needs.services], run: rolling },
  { name: "a restart of three, unnoticed by a client", needs: [needs.services], run: restarted },
  { name: "an update by recreation, with fewer instances", needs: [needs.services], run: recreated },
  { name: "an update that never becomes ready is taken back", needs: [needs.services], run: takenBack },
  {
    name: "an update killed at any step, then updated again: the new spec alone",
    needs: [needs.services, needs.crash],
    run: crashedUpdate,
  },
  { name: "an update aborted anywhere leaves it running, and can be finished", needs: [needs.services], run: aborted },
  { name: "verbs on what never was are not-found", needs: [needs.services], run: unknown },
];
