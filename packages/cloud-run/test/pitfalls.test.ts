import { instant, LongshoreError, type TaskSpec } from "@longshore/core";
import type { FaultRule } from "@longshore/emulators";
import { describe, expect, test } from "vitest";
import { serviceAccount } from "./kit.ts";
import { textsOf, World } from "./world.ts";

const worldWith = (...faults: readonly FaultRule[]): Promise<World> => World.open({ faults });
const logsOf = async ({ runtime }: World, { id }: TaskSpec, follow = true): Promise<readonly string[]> =>
  textsOf(await Array.fromAsync(runtime.logs(id, { follow })));

describe("endings", () => {
  test.each([
    [{ kind: "run:pull-failure", reason: "manifest unknown" }, "image-platform"],
    [{ kind: "run:pull-failure", reason: "Image 'a:1' not found." }, "image-not-found"],
    [{ kind: "run:pull-failure", reason: "the registry does not answer" }, "platform-fault"],
    [{ kind: "run:interruption", afterMs: 100 }, "platform-fault"],
  ] as const)("%j is %s", async (fault, code) => {
    await using world = await worldWith({ operation: "run:CreateJob", fault });
    const spec = world.task("sleep 60");
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code } });
    expect(ending).not.toHaveProperty("exit");
  });
  test("a code that is left out is none, and no success", async () => {
    await using world = await worldWith({ operation: "run:CreateJob", fault: { kind: "run:no-exit-code" } });
    const spec = world.task("exit 7");
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code: "exit-unknown" } });
    expect(ending.exit?.code).toBeUndefined();
  });
  test("an operation that ends in an error says nothing of its execution", async () => {
    await using world = await worldWith({ operation: "run:CreateJob", fault: { kind: "run:operation-error" } });
    const spec = world.task("exit 0");
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded", exit: { code: 0 } });
  });
  test("cancelled by somebody else is an interruption, and no stop of ours", async () => {
    await using world = await World.open();
    const spec = world.task("trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done");
    await world.runtime.start(spec);
    for await (const _line of world.runtime.logs(spec.id, { follow: true })) break;
    const [execution] = await world.bed.executions();
    await fetch(`${world.emulator.url}/v2/${execution!.name}:cancel`, { method: "POST", body: "{}" });
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "failed", diagnosis: { code: "interrupted" } });
  });
  test("an execution that somebody has deleted is not run again, and its end is not known", async () => {
    await using world = await World.open();
    const spec = world.task("exit 0");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const [execution] = await world.bed.executions();
    await fetch(`${world.emulator.url}/v2/${execution!.name}`, { method: "DELETE" });
    await expect.poll(() => world.bed.executions()).toEqual([]);
    await world.runtime.start(spec);
    expect(await world.bed.executions()).toEqual([]);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "failed", diagnosis: { code: "exit-unknown" } });
  });
  test("a secret that nobody can read is a matter of config", async () => {
    await using world = await World.open();
    const spec = world.task("exit 0", { secrets: { A: { backend: "nobody", as: "env" } } });
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code: "invalid-config" } });
    expect(ending).not.toHaveProperty("startedAt");
  });
});

describe("starts", () => {
  test("what nobody sees yet has been started: once", async () => {
    await using world = await worldWith({ operation: "run:CreateJob", fault: { kind: "run:missing-after-run", ms: 1500 } });
    const spec = world.task("echo hello");
    await world.runtime.start(spec);
    expect(await world.runtime.start(spec)).toMatchObject({ kind: "task", state: { phase: "pending" } });
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(await world.bed.executions()).toHaveLength(1);
  });
  test("an id that was removed and is started again begins a log of its own", async () => {
    await using world = await World.open();
    const spec = world.task("echo $CLOUD_RUN_EXECUTION");
    const executions: string[] = [];
    for (let round = 0; round < 2; round++) {
      await world.runtime.start(spec);
      await world.runtime.wait(spec.id);
      const lines = await logsOf(world, spec);
      expect(lines).toHaveLength(1);
      executions.push(...lines);
      await world.runtime.remove(spec.id);
    }
    expect(new Set(executions).size).toBe(2);
  });
  test("a task and a service are never of one id", async () => {
    await using world = await World.open();
    const spec = world.task("sleep 60");
    await world.runtime.start(spec);
    const conflict = expect.objectContaining({ code: "conflict" });
    await expect(world.runtime.start({ ...spec, kind: "service" } as never)).rejects.toEqual(conflict);
    expect(await world.bed.natives(world.owner)).toHaveLength(1);
  });
  test("no room for another running execution: started by the next start, and once", async () => {
    await using world = await World.open();
    const spec = world.task("exit 0");
    // As a job looks whose execution Cloud Run had no room for: it is there, ready, and has run nothing.
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const [job] = await world.bed.list<{ name: string }>("jobs");
    const raw = (await (await fetch(`${world.emulator.url}/v2/${job!.name}`)).json()) as Record<string, unknown>;
    await world.bed.wipe(world.owner);
    const { startExecutionToken: _token, labels, annotations, template } = raw;
    const jobId = job!.name.split("/").at(-1)!;
    const url = `${world.emulator.url}/v2/${job!.name.replace(/\/[^/]+$/, "")}?jobId=${jobId}`;
    const headers = { "content-type": "application/json" };
    await fetch(url, { method: "POST", headers, body: JSON.stringify({ labels, annotations, template }) });
    await expect
      .poll(async () => (await (await fetch(`${world.emulator.url}/v2/${job!.name}`)).json()) as object)
      .toMatchObject({ terminalCondition: { state: "CONDITION_SUCCEEDED" } });
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    await world.runtime.start(spec);
    expect(await world.bed.executions()).toHaveLength(1);
  });
});

describe("stops", () => {
  test("of what is not seen to have started yet: it never does its work", async () => {
    await using world = await worldWith({ operation: "run:CreateJob", fault: { kind: "run:missing-after-run", ms: 700 } });
    const spec = world.task("sleep 60; echo done");
    await world.runtime.start(spec);
    expect(await world.runtime.stop(spec.id)).toMatchObject({ state: "confirmed" });
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "stopped" });
    expect((await world.bed.executions()).every(({ completionTime }) => completionTime !== undefined)).toBe(true);
  });
  test("an execution that waits for room is cancelled before it begins", async () => {
    await using world = await worldWith({ operation: "run:CreateJob", fault: { kind: "run:slow-start", ms: 60_000 } });
    const spec = world.task("echo begun");
    await world.runtime.start(spec);
    expect(await world.runtime.stop(spec.id)).toMatchObject({ state: "confirmed", forced: false });
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "stopped" });
    expect(ending).not.toHaveProperty("startedAt");
    expect(await logsOf(world, spec)).toEqual([]);
  });
  test("a wish that came too late changes no end", async () => {
    await using world = await World.open();
    const spec = world.task("exit 3");
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    await world.runtime.stop(spec.id);
    expect(await world.runtime.wait(spec.id)).toEqual(ending);
    expect(world.emulator.journal.counts["run:UpdateJob"]).toBeUndefined();
  });
});

describe("logs", () => {
  const counting = "n=0; while [ $n -lt 300 ]; do echo line $n; n=$((n+1)); done";
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`);
  test("what is shown later than lines after it is not lost, nor told twice", async () => {
    await using world = await worldWith({
      operation: "logging:append",
      fault: { kind: "logging:out-of-order", ms: 120 },
      probability: 0.5,
    });
    const spec = world.task("n=0; while [ $n -lt 100 ]; do echo line $n; sleep 0.01; n=$((n+1)); done");
    await world.runtime.start(spec);
    expect((await logsOf(world, spec)).toSorted()).toEqual(lines.slice(0, 100).toSorted());
  });
  test("read on from any record, by somebody else, while lines show late: every line once", async () => {
    await using world = await worldWith({
      operation: "logging:append",
      fault: { kind: "logging:late", ms: 200 },
      probability: 0.3,
    });
    const spec = world.task("n=0; while [ $n -lt 60 ]; do echo line $n; sleep 0.02; n=$((n+1)); done");
    await world.runtime.start(spec);
    const found: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      more = false;
      let taken = 0;
      for await (const record of world.runtime.logs(spec.id, { follow: true, ...(cursor && { cursor: cursor as never }) })) {
        found.push(...textsOf([record]));
        ({ cursor } = record);
        more = ++taken === 7;
        if (more) break;
      }
    }
    expect(found.toSorted()).toEqual(lines.slice(0, 60).toSorted());
  });
  test("whole with pages that are empty and calls that are throttled", async () => {
    const rules = [
      { operation: "logging:ListLogEntries", fault: { kind: "logging:empty-page" }, probability: 0.5 },
      { operation: "logging:ListLogEntries", fault: { kind: "throttle" }, probability: 0.2 },
    ] as const;
    await using world = await worldWith(...rules);
    const spec = world.task(counting);
    await world.runtime.start(spec);
    expect(await logsOf(world, spec)).toEqual(lines);
  });
  test("whoever reads slowly holds nobody up, and misses nothing of what is more than is held for him", async () => {
    await using world = await World.open({}, { logOverlapMs: 500 });
    const half = "n=0; while [ $n -lt 25000 ]; do echo line $n; n=$((n+1)); done";
    const [much, little] = [
      world.task(`${half}; sleep 2; ${half.replaceAll("line", "again")}`),
      world.task("sleep 8; echo hello"),
    ];
    await Promise.all([much, little].map((spec) => world.runtime.start(spec)));
    const slow = world.runtime.logs(much.id, { follow: true });
    const first = await slow.next();
    expect(await logsOf(world, little)).toEqual(["hello"]);

    const texts = [...textsOf([first.value as object]), ...textsOf(await Array.fromAsync(slow))];
    const wanted = ["line", "again"].flatMap((word) => Array.from({ length: 25_000 }, (_, index) => `${word} ${index}`));
    expect(texts.length).toBe(wanted.length);
    expect(texts).toEqual(wanted);
  }, 180_000);
  test("a line that is JSON is itself again", async () => {
    await using world = await World.open();
    const spec = world.task(`echo '{"level":"high","n":[1,{"deep":true}],"none":null}'; echo plain`);
    await world.runtime.start(spec);
    const [json, plain] = await logsOf(world, spec);
    expect(JSON.parse(json!)).toEqual({ level: "high", n: [1, { deep: true }], none: null });
    expect(plain).toBe("plain");
  });
  test("a time is told for each line", async () => {
    await using world = await World.open();
    const before = instant(Date.now() - 1000);
    const spec = world.task("echo hello");
    await world.runtime.start(spec);
    const [line] = await Array.fromAsync(world.runtime.logs(spec.id, { follow: true }));
    expect("text" in line! && line.at! > before).toBe(true);
  });
  test("twenty readers at once cost no more calls than one", async () => {
    await using world = await World.open({}, { pollMs: 200 });
    const specs = Array.from({ length: 20 }, () => world.task("sleep 1; echo hello"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    const texts = await Promise.all(specs.map((spec) => logsOf(world, spec)));
    expect(texts).toEqual(specs.map(() => ["hello"]));
    expect(world.emulator.journal.counts["logging:ListLogEntries"]).toBeLessThan(40);
  });
});

describe("secrets", () => {
  test("reach the program by their name, and nothing that was sent has the value", async () => {
    const value = "s3cret-value";
    await using world = await World.open({ secrets: { "projects/longshore-tests/secrets/token": value } });
    const spec = world.task('echo "${#TOKEN}"', { secrets: { TOKEN: { backend: "token", as: "env" } } });
    await world.runtime.start(spec);
    expect(await logsOf(world, spec)).toEqual([String(value.length)]);
    const inputs = world.emulator.journal.entries().map(({ input }) => JSON.stringify(input) ?? "");
    expect(inputs.filter((input) => input.includes(value))).toEqual([]);
    expect(world.emulator.journal.counts["run:RunJob"]).toBeUndefined();
  });
});

describe("refused by Google", () => {
  test.each([
    ["PERMISSION_DENIED", "permission-denied"],
    ["UNAUTHENTICATED", "unauthenticated"],
    ["INVALID_ARGUMENT", "invalid-spec"],
    ["UNIMPLEMENTED", "unsupported"],
  ] as const)("%s is %s", async (code, expected) => {
    for (const transport of ["grpc", "rest"] as const) {
      const faults = [{ operation: "run:CreateJob", fault: { kind: "google:error", code } } as const];
      await using world = await World.open({ faults }, { transport });
      await expect(world.runtime.start(world.task("exit 0"))).rejects.toMatchObject({ code: expected, retryable: false });
    }
  });
  test("a quota of things is no rate", async () => {
    const message = "Quota exceeded for quota metric 'run.googleapis.com/jobs' of service 'run.googleapis.com'.";
    const fault = { kind: "google:error", code: "RESOURCE_EXHAUSTED", message } as const;
    await using world = await worldWith({ operation: "run:CreateJob", fault });
    await expect(world.runtime.start(world.task("exit 0"))).rejects.toMatchObject({ code: "quota-exceeded", retryable: false });
    expect(world.emulator.journal.counts["run:CreateJob"]).toBe(1);
  });
  test("throttling never reaches the user, and no task is started twice", async () => {
    await using world = await worldWith({ operation: "run:*", fault: { kind: "throttle" }, probability: 0.2 });
    const specs = Array.from({ length: 5 }, () => world.task("echo hello"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    const endings = await Promise.all(specs.map(({ id }) => world.runtime.wait(id)));
    expect(endings.map(({ outcome }) => outcome)).toEqual(specs.map(() => "succeeded"));
    world.emulator.faults.clear();
    expect(await world.bed.executions()).toHaveLength(specs.length);
  }, 180_000);
});

describe("what is pushed", () => {
  const auditEntry = async (world: World): Promise<object> => {
    const body = { resourceNames: ["projects/longshore-tests"], filter: 'log_id("cloudaudit.googleapis.com/system_event")' };
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${world.emulator.url}/v2/entries:list`, { method: "POST", headers, body: JSON.stringify(body) });
    return ((await answer.json()) as { readonly entries: readonly object[] }).entries[0]!;
  };
  test("an entry of the audit log, by Eventarc and by Pub/Sub, of our owner only", async () => {
    await using world = await World.open();
    const spec = world.task("exit 3");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const entry = await auditEntry(world);
    const data = Buffer.from(JSON.stringify(entry)).toString("base64");
    const { ingest } = world.runtime.capabilities.ingest;
    const eventarc = { specversion: "1.0", type: "google.cloud.audit.log.v1.written", data: entry };
    for (const event of [
      entry,
      eventarc,
      { message: { data, messageId: "1" }, subscription: "s" },
      { data },
      JSON.stringify(entry),
    ])
      expect(await ingest(event)).toEqual([{ kind: "changed", id: spec.id }]);
    const foreign = JSON.parse(JSON.stringify(entry).replaceAll(world.owner, "another")) as object;
    expect(await ingest(foreign)).toEqual([]);
    for (const nonsense of [{ some: "thing" }, "no JSON", { protoPayload: { serviceName: "storage.googleapis.com" } }])
      await expect(ingest(nonsense)).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

test("what Cloud Run itself tells of a task", async () => {
  await using world = await World.open({ missingImages: ["nobody/has-this:1"] });
  const [missing, ended] = [world.task("true", { image: "nobody/has-this:1" }), world.task("exit 3")];
  for (const spec of [missing, ended]) {
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
  }
  const said = async ({ id }: TaskSpec): Promise<string> =>
    textsOf(await Array.fromAsync(world.runtime.capabilities.backendLogs.backendLogs(id))).join("\n");
  expect(await said(missing)).toMatch(/job: Ready CONDITION_FAILED, CONTAINER_MISSING/);
  expect(await said(ended)).toMatch(/execution: Completed CONDITION_FAILED, NON_ZERO_EXIT_CODE/);
  expect(await said(ended)).toMatch(/Container called exit\(3\)/);
});

test("images are registered, listed, and removed without a trace", async () => {
  await using world = await World.open();
  const { register, list, remove } = world.runtime.capabilities.images;
  const image = { reference: "team/app:1", cpu: "300m", memory: "1Gi", taskRole: serviceAccount, isDefault: true } as const;
  await register(image);
  await register({ ...image, memory: "2Gi" });
  await register({ reference: "team/other:2", isDefault: false });
  expect(await Array.fromAsync(list({ defaultsOnly: true }))).toEqual([{ ...image, memory: "2Gi" }]);
  expect((await Array.fromAsync(list({}))).map(({ reference }) => reference).toSorted()).toEqual(["team/app:1", "team/other:2"]);
  expect(await Array.fromAsync(world.runtime.list())).toEqual([]);
  for (const reference of ["team/app:1", "team/other:2", "team/other:2"]) await remove(reference);
  expect(await world.bed.natives(world.owner)).toEqual([]);
});

test("the one address of a service; none of what has no port, is stopped, or is a task", async () => {
  await using world = await World.open();
  const { endpoints } = world.runtime.capabilities.endpoints;
  const serve = 'd=$(mktemp -d); echo hello > "$d/index.html"; busybox httpd -f -p "$PORT" -h "$d"';
  const service = { ...world.task(serve), kind: "service", ports: [{ port: 8080 }] } as const;
  await world.runtime.start(service);
  await expect.poll(() => endpoints(service.id)).toMatchObject([{ port: 8080, host: "127.0.0.1", protocol: "tcp" }]);
  const [{ host, hostPort }] = (await endpoints(service.id)) as unknown as [{ host: string; hostPort: number }];
  expect(await (await fetch(`http://${host}:${hostPort}/`)).text()).toBe("hello\n");
  await world.runtime.stop(service.id);
  expect(await endpoints(service.id)).toEqual([]);
  const task = world.task("sleep 60");
  await world.runtime.start(task);
  expect(await endpoints(task.id)).toEqual([]);
  await expect(endpoints(world.id())).rejects.toSatisfy((error) => LongshoreError.is(error, "not-found"));
});

test("one look at many services costs a listing of each kind, and one of their revisions", async () => {
  await using world = await World.open();
  const specs = Array.from({ length: 8 }, () => ({ ...world.task("sleep 60"), kind: "service" }) as const);
  await Promise.all(specs.map((spec) => world.runtime.start(spec)));
  const ready = specs.map(async ({ id }) => {
    for await (const seen of world.runtime.observe(id)) if (seen.kind === "service" && seen.state.ready === 1) return id;
    return undefined;
  });
  expect(await Promise.all(ready)).toEqual(specs.map(({ id }) => id));
  world.emulator.journal.clear();
  expect((await Array.fromAsync(world.runtime.list())).map(({ kind }) => kind)).toEqual(specs.map(() => "service"));
  const { counts } = world.emulator.journal;
  expect(counts).toEqual({ "run:ListJobs": 1, "run:ListRevisions": 1, "run:ListServices": 1, "run:ListWorkerPools": 1 });
});

test("a service does not lose its port by an update", async () => {
  await using world = await World.open();
  const worker = { ...world.task("sleep 60"), kind: "service" } as const;
  await world.runtime.start(worker);
  await expect(world.runtime.update({ ...worker, ports: [{ port: 8080 }] })).rejects.toMatchObject({ code: "unsupported" });
});
