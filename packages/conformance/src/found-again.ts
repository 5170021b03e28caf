import assert from "node:assert/strict";
import { type LogCursor, type Runtime, type Task, type TaskSpec, type WorkloadId, workloadId } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import type { GuaranteeCase } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import type { Stage } from "./stage.ts";

const long: Program = [
  { do: "trap", then: { exit: 0 } },
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];
const short: Program = [
  { do: "print", text: "done" },
  { do: "exit", code: 7 },
];

/** The process that started it is no more. */
async function leftBehind(
  stage: Stage,
  program: Program,
  more: Partial<TaskSpec> = {},
): Promise<{ readonly spec: TaskSpec; readonly task: Task }> {
  const spec = stage.task(program, more);
  return stage.elsewhere(async (runtime) => {
    await stage.soon(runtime.start(spec), "start");
    await firstLine(stage, runtime, spec.id);
    return { spec, task: await inspected(stage, runtime, spec.id) };
  });
}
async function inspected(stage: Stage, runtime: Runtime, id: WorkloadId): Promise<Task> {
  const seen = await stage.soon(runtime.inspect(id), "inspect");
  if (seen.kind !== "task") return assert.fail(`${id} is ${seen.kind}`);
  return seen;
}
/** Nothing is handed over but the text of the id. */
const textOnly = (id: WorkloadId): WorkloadId => workloadId(String(id));

async function ofRunning(stage: Stage): Promise<void> {
  const { spec, task } = await leftBehind(stage, long, { labels: { team: "blue" } });
  const id = textOnly(spec.id);
  await stage.elsewhere(async (runtime) => {
    const found = await inspected(stage, runtime, id);
    assert.deepEqual(found, task, "the same state, hash, labels, native id and times");
    assert.equal(found.state.phase, "running");
    assert.deepEqual(found.labels, { team: "blue" });
    assert.deepEqual(linesOf(await stage.logs(runtime, id)), ["ready"]);
    await stage.soon(runtime.stop(id), "stop");
    assert.equal((await stage.wait(runtime, id)).outcome, "stopped");
  });
}

async function ofEnded(stage: Stage): Promise<void> {
  const { spec } = await leftBehind(stage, short);
  const id = textOnly(spec.id);
  const ending = await stage.elsewhere((runtime) => stage.wait(runtime, id));
  assert.equal(ending.exit?.code, 7);
  await stage.elsewhere(async (runtime) => {
    assert.deepEqual((await inspected(stage, runtime, id)).state, ending);
    assert.deepEqual(await stage.wait(runtime, id), ending);
    assert.deepEqual(linesOf(await stage.logs(runtime, id)), ["done"]);
    assert.equal((await stage.soon(runtime.start(spec), "start")).nativeId, (await inspected(stage, runtime, id)).nativeId);
    await stage.soon(runtime.remove(id), "remove");
    assert.equal((await stage.soon(runtime.inspect(id), "inspect")).kind, "absent");
  });
}

async function meanwhile(stage: Stage): Promise<void> {
  const { spec } = await leftBehind(stage, [
    { do: "print", text: "one" },
    { do: "sleep", ms: 600 },
    { do: "print", text: "two" },
    { do: "exit", code: 9 },
  ]);
  await stage.eventually(async () => (await stage.alive(spec.id)).length === 0, "it ends while nobody is there");
  await stage.elsewhere(async (runtime) => {
    const ending = await stage.wait(runtime, textOnly(spec.id));
    assert.deepEqual([ending.outcome, ending.exit?.code], ["failed", 9]);
    assert.deepEqual(linesOf(await stage.logs(runtime, spec.id)), ["one", "two"]);
  });
}

async function readOn(stage: Stage): Promise<void> {
  const { spec } = await leftBehind(stage, [
    { do: "print", text: "one" },
    { do: "sleep", ms: 300 },
    { do: "print", text: "two" },
  ]);
  const read = async (runtime: Runtime): Promise<LogCursor | undefined> => {
    for await (const { cursor } of runtime.logs(spec.id, { follow: true })) return cursor;
    return undefined;
  };
  const cursor = await stage.elsewhere((runtime) => stage.soon(read(runtime), "the first line"));
  assert.ok(cursor !== undefined);
  const rest = await stage.elsewhere((runtime) => stage.logs(runtime, spec.id, { cursor, follow: true }));
  assert.deepEqual(linesOf(rest), ["two"]);
}

async function listed(stage: Stage): Promise<void> {
  const labels = { team: "blue" };
  const { spec: running } = await leftBehind(stage, long, { labels });
  const { spec: ended } = await leftBehind(stage, short);
  await stage.elsewhere((runtime) => stage.wait(runtime, ended.id));
  await stage.elsewhere(async (runtime) => {
    const ids = async (filter: Parameters<Runtime["list"]>[0]): Promise<readonly string[]> =>
      (await stage.soon(Array.fromAsync(runtime.list(filter)), "list")).map(({ kind, id }) => `${kind} ${id}`).sort();
    assert.deepEqual(await ids({}), [`task ${running.id}`, `task ${ended.id}`].sort(), "running and ended");
    assert.deepEqual(await ids({ labels }), [`task ${running.id}`], "by label");
    assert.deepEqual(await ids({ kind: "service" }), [], "no services");
    const found = await stage.soon(Array.fromAsync(runtime.list({ labels })), "list");
    assert.deepEqual(found, [await inspected(stage, runtime, running.id)], "with the state that inspect shows");
  });
  await stage.elsewhere(
    async (stranger) => {
      assert.deepEqual(await stage.soon(Array.fromAsync(stranger.list()), "list"), [], "another owner sees none of them");
      assert.equal((await stage.soon(stranger.inspect(running.id), "inspect")).kind, "absent");
    },
    { owner: stage.anotherOwner() },
  );
}

export const foundAgain: readonly GuaranteeCase[] = [
  { name: "running work: state, logs and control", run: ofRunning },
  { name: "ended work: state, logs and control", run: ofEnded },
  { name: "work that ended while nobody was there", run: meanwhile },
  { name: "its log, from where another process was", run: readOn },
  { name: "the list shows running and ended work, by label too, and nobody else's", run: listed },
  {
    name: "an id that never was is absent",
    async run(stage) {
      const runtime = await stage.open();
      const id = stage.id();
      assert.deepEqual(await stage.soon(runtime.inspect(id), "inspect"), { kind: "absent", id });
      const missing = (error: unknown): boolean => (error as { readonly code?: string }).code === "not-found";
      await assert.rejects(stage.wait(runtime, id), missing);
      await assert.rejects(stage.logs(runtime, id), missing);
    },
  },
];
