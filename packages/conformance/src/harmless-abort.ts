import assert from "node:assert/strict";
import { type CallOptions, LongshoreError, type Runtime, type TaskSpec } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { held, pause, soon } from "./soon.ts";
import { runningTask } from "./running-task.ts";
import type { Stage } from "./stage.ts";

const long: Program = [
  { do: "trap", then: { exit: 0 } },
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];
/** An abort has to be heard within this, whatever the backend is doing. */
const atOnceMs = 500;

type Verb = (runtime: Runtime, spec: TaskSpec, options: CallOptions) => Promise<unknown>;
const verbs: Readonly<Record<string, Verb>> = {
  start: (runtime, spec, options) => runtime.start(spec, options),
  inspect: (runtime, { id }, options) => runtime.inspect(id, options),
  stop: (runtime, { id }, options) => runtime.stop(id, options),
  remove: (runtime, { id }, options) => runtime.remove(id, options),
  wait: (runtime, { id }, options) => runtime.wait(id, options),
  list: (runtime, _spec, options) => Array.fromAsync(runtime.list({}, options)),
  logs: (runtime, { id }, options) => Array.fromAsync(runtime.logs(id, { follow: true }, options)),
  observe: (runtime, { id }, options) => Array.fromAsync(runtime.observe(id, options)),
  "run, its result": (runtime, spec, options) => runtime.run(spec, options).result,
  "run, its updates": (runtime, spec, options) => Array.fromAsync(runtime.run(spec, options)),
  ping: (runtime, _spec, options) => runtime.ping(options),
};

/** Rejects with the reason itself, not with something that was made of it. */
async function rejectsAtOnce(verb: string, act: (options: CallOptions) => Promise<unknown>, afterMs = 50): Promise<void> {
  const control = new AbortController();
  const reason = new Error(`enough of ${verb}`);
  const acting = act({ signal: control.signal }).then(
    () => assert.fail(`${verb} resolved although it was aborted`),
    (error: unknown) => assert.equal(error, reason, `${verb} rejected with ${String(error)}`),
  );
  void held(acting);
  await pause(afterMs);
  control.abort(reason);
  await soon(acting, `${verb}, aborted`, atOnceMs);
}

async function livesOn(stage: Stage, spec: TaskSpec): Promise<void> {
  await pause(200);
  assert.notDeepEqual(await stage.alive(spec.id), [], "the workload runs on");
  const seen = await stage.elsewhere((other) => stage.soon(other.inspect(spec.id), "inspect"));
  assert.equal(seen.kind === "task" && seen.state.phase, "running");
}

async function deafBackend(stage: Stage): Promise<void> {
  const { spec } = await runningTask(stage, long);
  const opening = await stage.requestsToOpen();
  const route = await stage.route({ kind: "hang", at: opening });
  const stuck = await stage.open({ through: route.through });
  await Promise.all(
    Object.entries(verbs).map(([name, verb]) => rejectsAtOnce(name, (options) => verb(stuck, spec, options), 200)),
  );
  assert.ok(stage.injected("hang", route) > 0);
  await livesOn(stage, spec);
}

async function idleWaits(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  for (const name of ["wait", "logs", "observe", "run, its result", "run, its updates"]) {
    await rejectsAtOnce(name, (options) => (verbs[name] as Verb)(runtime, spec, options), 200);
  }
  await livesOn(stage, spec);
}

async function abortedBefore(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task(long);
  const reason = new Error("before it began");
  for (const [name, verb] of Object.entries(verbs)) {
    const acting = verb(runtime, spec, { signal: AbortSignal.abort(reason) });
    await assert.rejects(soon(acting, name, atOnceMs), (error) => error === reason, name);
  }
  await pause(200);
  assert.deepEqual(await stage.natives(), [], "nothing was begun");
}

async function stopAborted(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, [{ do: "trap", then: "ignore" }, ...long.slice(1)]);
  await rejectsAtOnce("stop", (options) => runtime.stop(spec.id, { ...options, graceMs: 20_000 }), 300);
  await pause(200);
  assert.notDeepEqual(await stage.alive(spec.id), [], "an abort ends the waiting, not the grace");
}

/** Aborted on its way, and begun again by somebody else: whatever the first call did is part of the one run. */
async function startAborted(stage: Stage): Promise<void> {
  const program: Program = [
    { do: "print", text: "mark" },
    { do: "sleep", ms: 100 },
  ];
  for (const afterMs of [0, 2, 10, 40]) {
    const runtime = await stage.open();
    const spec = stage.task(program);
    const control = new AbortController();
    const reason = new Error("changed my mind");
    const aborted = (error: unknown): void => assert.equal(error, reason);
    const starting = held(runtime.start(spec, { signal: control.signal }).then(() => {}, aborted));
    await pause(afterMs);
    control.abort(reason);
    await soon(starting, "start, aborted", atOnceMs);
    await stage.elsewhere(async (other) => {
      assert.equal((await stage.ran(other, spec)).outcome, "succeeded");
      assert.deepEqual(linesOf(await stage.logs(other, spec.id, { follow: true })), ["mark"]);
      await stage.begunOnce(spec.id);
    });
  }
}

/** The backend falls silent at one request after the other; who gave up waiting is followed by somebody who does not. */
async function startAbortedAtEachStep(stage: Stage): Promise<void> {
  const opening = await stage.requestsToOpen();
  for (let step = 0; ; step++) {
    await using route = await stage.route({ kind: "hang", at: opening + step });
    const runtime = await stage.open({ through: route.through });
    const spec = stage.task([{ do: "print", text: "mark" }]);
    const control = new AbortController();
    const starting = held(runtime.start(spec, { signal: control.signal }).catch((error: unknown) => error));
    await stage.soon(Promise.race([starting, stage.eventually(() => route.injected() > 0, "it hangs")]), "start");
    if (stage.injected("hang", route) === 0) return assert.ok(step > 0, "start sends no request at all");
    const reason = new Error("changed my mind");
    control.abort(reason);
    assert.equal(await soon(starting, "start, aborted", atOnceMs), reason);
    await stage.elsewhere(async (other) => {
      assert.equal((await stage.ran(other, spec)).outcome, "succeeded");
      assert.deepEqual(linesOf(await stage.logs(other, spec.id, { follow: true })), ["mark"]);
      await stage.begunOnce(spec.id);
    });
  }
}

async function breakPending(stage: Stage): Promise<void> {
  const { runtime, spec } = await runningTask(stage, long);
  const streams: Readonly<Record<string, AsyncIterable<unknown>>> = {
    logs: runtime.logs(spec.id, { follow: true }),
    observe: runtime.observe(spec.id),
    run: runtime.run(spec),
  };
  for (const [name, stream] of Object.entries(streams)) {
    const iterator = stream[Symbol.asyncIterator]();
    const { read: pending } = await pendingRead(iterator);
    await soon(Promise.resolve(iterator.return?.()), `${name}, left while a read is pending`, atOnceMs);
    await soon(pending, `the pending read of ${name}`, atOnceMs);
    assert.equal((await soon(iterator.next(), `${name}, after it was left`, atOnceMs)).done, true);
  }
  await livesOn(stage, spec);
}
/** One for which nothing has come yet; a runtime that polls always has something soon. */
async function pendingRead(iterator: AsyncIterator<unknown>): Promise<{ readonly read: Promise<unknown> }> {
  for (let taken = 0; taken < 10; taken++) {
    const read = held(iterator.next());
    const idle = await Promise.race([read.then(() => false), pause(300).then(() => true)]);
    if (idle) return { read };
  }
  return { read: held(iterator.next()) };
}

/** Connections that a runtime holds, however they are counted. */
async function counted(stage: Stage): Promise<{ readonly runtime: Runtime; readonly count: () => Promise<number> }> {
  const { harness } = stage;
  if (harness.faults === undefined)
    return { runtime: await stage.open(), count: async () => (await harness.openConnections?.()) ?? 0 };
  const route = await stage.route({ kind: "none" });
  return { runtime: await stage.open({ through: route.through }), count: async () => route.connections() };
}

async function connectionsFreed(stage: Stage): Promise<void> {
  const { spec } = await runningTask(stage, long);
  const { runtime, count } = await counted(stage);
  await stage.soon(runtime.inspect(spec.id), "inspect");
  const before = await count();
  for (let round = 0; round < 5; round++) {
    for await (const _ of runtime.logs(spec.id, { follow: true })) break;
    for (const name of ["wait", "logs", "run, its updates"]) {
      await rejectsAtOnce(name, (options) => (verbs[name] as Verb)(runtime, spec, options), 100);
    }
  }
  // One idle connection kept for the next request is no leak.
  await stage.eventually(async () => (await count()) <= Math.max(before, 1), `the ${before} connections that were open before`);
  await runtime[Symbol.asyncDispose]();
  await livesOn(stage, spec);
}

async function closing(stage: Stage): Promise<void> {
  const { spec } = await runningTask(stage, long);
  const { runtime, count } =
    (stage.harness.faults ?? stage.harness.openConnections)
      ? await counted(stage)
      : { runtime: await stage.open(), count: async () => 0 };
  const waits = ["wait", "logs", "observe", "run, its result"].map((name) =>
    held(assert.rejects((verbs[name] as Verb)(runtime, spec, {}), (error) => LongshoreError.is(error, "closed"), name)),
  );
  await pause(200);
  await soon(runtime[Symbol.asyncDispose](), "closing", stage.patienceMs);
  await soon(Promise.all(waits), "what waited on a runtime that was closed", atOnceMs);
  await assert.rejects(soon(runtime.inspect(spec.id), "inspect", atOnceMs), (error) => LongshoreError.is(error, "closed"));
  if (stage.harness.faults !== undefined) await stage.eventually(async () => (await count()) === 0, "no connection is left");
  await livesOn(stage, spec);
}

export const harmlessAbort: readonly GuaranteeCase[] = [
  {
    name: "every verb rejects at once with the reason, although the backend never answers",
    needs: [needs.faults],
    run: deafBackend,
  },
  { name: "what waits for a running program rejects at once with the reason", run: idleWaits },
  { name: "what is aborted before it begins does nothing", run: abortedBefore },
  { name: "an aborted stop kills nothing", run: stopAborted },
  { name: "a start aborted anywhere, then started again: one run", run: startAborted },
  {
    name: "a start aborted at each of its steps, then started again: one run",
    needs: [needs.faults],
    run: startAbortedAtEachStep,
  },
  { name: "leaving a for await returns at once, also while a read is pending", run: breakPending },
  { name: "connections are freed by abort and break", needs: [needs.connections], run: connectionsFreed },
  { name: "closing ends what waits as closed, and no workload", run: closing },
];
