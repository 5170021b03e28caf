import { describe, expect, test } from "vitest";
import {
  composeSeams,
  createRegistry,
  type ExecutionId,
  type FaultCode,
  logsOn,
  LongshoreError,
  memoryStore,
  type OpenOptions,
  openRuntime,
  owner,
  type Runtime,
  type TaskSpec,
  tasksOn,
  workloadId,
} from "../src/index.ts";
import { MemoryBackend, type MemoryCapabilities, memoryOn, type MemoryProgram } from "../src/memory-entry.ts";

const acme = owner("acme");
const why = new Error("enough");
const id = workloadId("api-1");
const task = (program: MemoryProgram, more: Partial<TaskSpec> = {}): TaskSpec => ({
  kind: "task",
  id,
  ...more,
  options: { memory: { program } },
});
const quick = task([
  { do: "print", text: "hello" },
  { do: "exit", code: 3 },
]);
const endless = task([{ do: "sleep", ms: 3_600_000 }]);
const open = (backend: MemoryBackend, more: Partial<OpenOptions> = {}): Promise<Runtime<MemoryCapabilities>> =>
  openRuntime(memoryOn(backend).with({}), { owner: acme, pollMs: 5, ...more });
const failsAs =
  (code: FaultCode, words = /./) =>
  (error: unknown) =>
    LongshoreError.is(error) && error.code === code && words.test(error.message);
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("abort", () => {
  test("a call rejects at once with the signal's own reason although the backend never answers", async () => {
    const backend = new MemoryBackend();
    await using runtime = await open(backend);
    using _stuck = backend.faults.inject({ kind: "stuck" });
    const verbs: readonly ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => runtime.start(quick, { signal }),
      (signal) => runtime.inspect(id, { signal }),
      (signal) => runtime.stop(id, { signal }),
      (signal) => runtime.remove(id, { signal }),
      (signal) => runtime.wait(id, { signal }),
      (signal) => runtime.ping({ signal }),
      (signal) => Array.fromAsync(runtime.list({}, { signal })),
      (signal) => Array.fromAsync(runtime.logs(id, {}, { signal })),
      (signal) => runtime.run(quick, { signal }).result,
      (signal) => Array.fromAsync(runtime.run(quick, { signal })),
      (signal) => runtime.sweep({ graceMs: 0, signal }),
    ];
    for (const verb of verbs) {
      const stop = new AbortController();
      const pending = verb(stop.signal);
      stop.abort(why);
      await expect(pending).rejects.toBe(why);
      await expect(verb(AbortSignal.abort(why))).rejects.toBe(why);
    }
  });
  test("an aborted open rejects, and what opens later is closed again", async () => {
    const backend = new MemoryBackend();
    using _stuck = backend.faults.inject({ kind: "stuck", operation: "ping" });
    await expect(open(backend, { signal: AbortSignal.timeout(10) })).rejects.toThrow(/timeout/i);
  });
  test("closing the runtime ends what waits on it as closed, and touches no workload", async () => {
    const backend = new MemoryBackend();
    const runtime = await open(backend);
    await runtime.start(endless);
    const waiting = expect(runtime.wait(id)).rejects.toSatisfy(failsAs("closed"));
    const reading = expect(Array.fromAsync(runtime.logs(id, { follow: true }))).rejects.toSatisfy(failsAs("closed"));
    await runtime[Symbol.asyncDispose]();
    await Promise.all([waiting, reading]);
    expect(await (await open(backend)).inspect(id)).toMatchObject({ state: { phase: "running" } });
  });
});

describe("run", () => {
  test("leaving the loop detaches; a later run of the same spec goes on", async () => {
    const backend = new MemoryBackend();
    await using runtime = await open(backend);
    const spec = task([
      { do: "print", text: "up" },
      { do: "sleep", ms: 60 },
    ]);
    for await (const update of runtime.run(spec)) if (update.kind === "log") break;
    await soon(20);
    expect(backend.faults.openReads).toBe(0);
    const updates = await Array.fromAsync(runtime.run(spec));
    expect(updates.filter(({ kind }) => kind === "log")).toHaveLength(1);
    expect(updates.at(-1)).toMatchObject({ kind: "complete", ending: { outcome: "succeeded" } });
    expect(JSON.parse(JSON.stringify(updates))).toEqual(updates);
  });
  test("what fails a start is thrown by the loop and by the result", async () => {
    await using runtime = await open(new MemoryBackend());
    const run = runtime.run({ ...quick, command: "x" as never });
    await expect(Array.fromAsync(run)).rejects.toSatisfy(failsAs("invalid-spec", /command: got "x", expected a list/));
    await expect(run.result).rejects.toSatisfy(failsAs("invalid-spec"));
  });
});

describe("with a store", () => {
  test("an id that ran and was removed is never started again, by any process", async () => {
    const backend = new MemoryBackend();
    const store = memoryStore();
    await using runtime = await open(backend, { store });
    await runtime.run(quick).result;
    await runtime.remove(id);
    await using other = await open(backend, { store });
    await expect(other.start(quick)).rejects.toSatisfy(failsAs("conflict", /single-use/));
    expect(backend.records.size).toBe(0);
    expect(await other.inspect(id)).toEqual({ kind: "absent", id });
  });
  test("what the backend forgot is lost, and not started again", async () => {
    const backend = new MemoryBackend();
    const store = memoryStore();
    await using runtime = await open(backend, { store });
    await runtime.run(quick).result;
    backend.records.clear();
    expect(await runtime.inspect(id)).toMatchObject({ kind: "lost", id });
    await expect(runtime.start(quick)).rejects.toSatisfy(failsAs("lost"));
    await expect(runtime.wait(id)).rejects.toSatisfy(failsAs("lost"));
    await expect(runtime.start({ ...quick, env: { A: "1" } })).rejects.toSatisfy(failsAs("conflict"));
  });
  test("a start that was refused leaves the id free", async () => {
    const backend = new MemoryBackend();
    backend.missingImages.add("nope");
    await using runtime = await open(backend, { store: memoryStore() });
    await expect(runtime.start({ ...quick, image: "nope" })).rejects.toSatisfy(failsAs("image-not-found"));
    expect(await runtime.start({ ...quick, image: "there" })).toMatchObject({ id });
  });
  test("a removal that failed is made by the next sweep, of another process", async () => {
    const backend = new MemoryBackend();
    const store = memoryStore();
    await using runtime = await open(backend, { store });
    await runtime.run(quick).result;
    backend.faults.inject({ kind: "before", operation: "remove", times: 1, fault: { code: "unavailable" } });
    await expect(runtime.remove(id)).rejects.toSatisfy(failsAs("unavailable"));
    await using other = await open(backend, { store });
    expect(await other.sweep({ graceMs: 0, dryRun: true })).toMatchObject({ settled: [id] });
    expect(backend.records.size).toBe(1);
    expect(await other.sweep({ graceMs: 0 })).toMatchObject({ settled: [id], failed: [] });
    expect(backend.records.size).toBe(0);
    expect(await other.sweep({ graceMs: 0 })).toMatchObject({ settled: [] });
  });
});

describe("time limits", () => {
  test("where the backend has none, an open runtime that started the task ends it", async () => {
    await using runtime = await open(new MemoryBackend());
    await runtime.start({ ...endless, timeoutMs: 30 });
    expect(await runtime.wait(id)).toMatchObject({ outcome: "timed-out", diagnosis: { code: "time-limit" } });
  });
  test("so does one that only waits for it; a sweep ends what nobody waited for", async () => {
    const backend = new MemoryBackend();
    const first = await open(backend);
    await first.start({ ...endless, timeoutMs: 30 });
    await first[Symbol.asyncDispose]();
    await using other = await open(backend);
    await soon(60);
    expect(await other.inspect(id)).toMatchObject({ state: { phase: "running" } });
    expect(await other.sweep({ graceMs: 60_000 })).toMatchObject({ stopped: [] });
    expect(await other.sweep({ graceMs: 0 })).toMatchObject({ stopped: [id] });
    expect(await other.wait(id)).toMatchObject({ outcome: "timed-out" });
    const later = { ...endless, id: workloadId("api-2"), timeoutMs: 30 };
    const third = await open(backend);
    await third.start(later);
    await third[Symbol.asyncDispose]();
    expect(await other.wait(later.id)).toMatchObject({ outcome: "timed-out" });
  });
  test("a start that takes longer than the pending limit is given up", async () => {
    const backend = new MemoryBackend();
    await using runtime = await open(backend);
    using _stuck = backend.faults.inject({ kind: "stuck", operation: "start" });
    await expect(runtime.start({ ...quick, pendingTimeoutMs: 20 })).rejects.toSatisfy(
      failsAs("timeout", /pendingTimeoutMs \(20\)/),
    );
  });
});

test("the tail is read to its end before a removal takes the log away", async () => {
  const backend = new MemoryBackend();
  await using runtime = await open(backend);
  await runtime.start(
    task([
      { do: "count", lines: 500 },
      { do: "sleep", ms: 3_600_000 },
    ]),
  );
  const seen: string[] = [];
  let removing: Promise<void> | undefined;
  for await (const record of runtime.logs(id, { follow: true })) {
    if ("text" in record) seen.push(record.text);
    removing ??= runtime.remove(id);
    await soon(0);
  }
  await removing;
  expect([seen.length, backend.records.size]).toEqual([500, 0]);
});

test("misspelt options and strangers' options are refused by name; a registry's other plugins are none", async () => {
  const backend = new MemoryBackend();
  await using runtime = await open(backend, { otherPlugins: ["docker"] });
  const start = (options: object): Promise<unknown> => runtime.start({ kind: "task", id, options: options as never });
  await expect(start({ memory: { progam: [] } })).rejects.toSatisfy(failsAs("invalid-spec", /options\.memory\.progam.*program/));
  await expect(start({ memroy: {} })).rejects.toSatisfy(failsAs("invalid-spec", /options\.memroy: .*did you mean memory/));
  expect(backend.records.size).toBe(0);
  await start({ docker: { anything: 1 } });
  expect(backend.records.size).toBe(1);
});

test("by config, the plugin is named and its config checked", async () => {
  const registry = createRegistry([memoryOn(new MemoryBackend())]);
  const opening = (config: { use: string }): Promise<unknown> => registry.open(config, { owner: acme });
  await expect(opening({ use: "memroy" })).rejects.toSatisfy(failsAs("invalid-config", /memroy.*did you mean memory\?/));
  await expect(opening({ use: "memory", wacth: true } as never)).rejects.toSatisfy(failsAs("invalid-config", /wacth.*watch/));
  await using runtime = await registry.open({ use: "memory" }, { owner: acme, name: "mine" });
  expect([runtime.name, runtime.plugin]).toEqual(["mine", "memory"]);
  await expect(runtime.wait(id)).rejects.toSatisfy(failsAs("not-found", /^mine: wait api-1/));
});

test("seams derive from a runtime, and all answers survive JSON", async () => {
  await using runtime = await open(new MemoryBackend());
  const { tasks, logs } = composeSeams({ tasks: tasksOn(runtime), logs: logsOn(runtime) });
  const answers: unknown[] = [await tasks.startTask(endless), await runtime.plan(endless)];
  answers.push(await tasks.killTask(id), await tasks.killTask(id), await runtime.wait(id), await runtime.inspect(id));
  answers.push(await Array.fromAsync(runtime.list()), await runtime.sweep({ graceMs: 0, dryRun: true }));
  answers.push(await Array.fromAsync(logs.fetchLogsByExecutionId({ execution: "e-1" as ExecutionId, workload: id })));
  expect(JSON.parse(JSON.stringify(answers))).toEqual(answers);
});

test("secrets that were resolved are masked in logs and errors", async () => {
  const { resolveSecret } = await import("../src/resolve-secrets.ts");
  const backend = new MemoryBackend();
  const plugin = memoryOn(backend);
  let leak: (() => Promise<unknown>) | undefined;
  const spying = {
    ...plugin,
    with: (config: object) => {
      const binding = plugin.with(config);
      return {
        ...binding,
        open: (host: never, call: never) => {
          leak = () => resolveSecret({ resolve: "k" }, host, new AbortController().signal);
          return binding.open(host, call);
        },
      };
    },
  };
  const secrets = { resolve: async () => "hunter22" };
  await using runtime = await openRuntime(spying.with({}), { owner: acme, secrets });
  await leak?.();
  await runtime.run(task([{ do: "print", text: "the key is hunter22." }])).result;
  expect(await Array.fromAsync(runtime.logs(id))).toMatchObject([{ text: "the key is ***." }]);
  backend.faults.inject({ kind: "before", operation: "inspect", fault: { code: "internal", message: "bad hunter22" } });
  await expect(runtime.inspect(id)).rejects.toThrow(/bad \*\*\*$/);
});
