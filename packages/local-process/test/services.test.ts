import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { shellProgram } from "@longshore/conformance";
import { type Endpoint, LongshoreError, type Service, type ServiceSpec, type WorkloadId } from "@longshore/core";
import { expect, test } from "vitest";
import { lookAtService } from "../src/look-at-service.ts";
import { stopService } from "../src/stop-service.ts";
import { SupervisorLine } from "../src/supervisor-line.ts";
import { anId, eventually, isRunning, records, Scratch, texts, textOf } from "./scratch.ts";

type LocalRuntime = Awaited<ReturnType<Scratch["open"]>>;
const serving = (id: WorkloadId, text: string, rest: Partial<ServiceSpec> = {}): ServiceSpec => ({
  kind: "service",
  id,
  command: ["sh", "-c", shellProgram([{ do: "serve", port: 8080, text }])],
  ports: [{ port: 8080 }],
  readiness: { port: 8080, path: "/", periodMs: 100 },
  drainMs: 20,
  stopGraceMs: 1000,
  ...rest,
});
const asleep = (id: WorkloadId, text: string, rest: Partial<ServiceSpec> = {}): ServiceSpec => ({
  kind: "service",
  id,
  command: ["sh", "-c", `${text}; exec sleep 600`],
  drainMs: 20,
  ...rest,
});
const seenOf = async (runtime: LocalRuntime, id: WorkloadId): Promise<Service> => {
  const seen = await runtime.inspect(id);
  assert(seen.kind === "service");
  return seen;
};
const whole = (runtime: LocalRuntime, id: WorkloadId, ready: number): Promise<Service> =>
  eventually(async () => {
    const seen = await seenOf(runtime, id);
    assert.equal(seen.state.ready, ready, JSON.stringify(seen.state));
    return seen;
  }, 20_000);
const ask = async ({ host, hostPort }: Endpoint): Promise<string> => (await fetch(`http://${host}:${hostPort}/`)).text();
const programsOf = (box: Scratch, id: WorkloadId): readonly number[] =>
  lookAtService(box.folder(id))?.instances.flatMap(({ program }) => program?.pid ?? []) ?? [];
function killSupervisor(box: Scratch): void {
  const { holder } = box.supervisor.current() ?? {};
  assert(holder);
  process.kill(holder.pid, "SIGKILL");
}

test("each instance has ports of its own, which it finds in its environment", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  const said = "echo $PORT $PORT_8080 $PORT_8125";
  await runtime.start(asleep(id, said, { replicas: 2, ports: [{ port: 8080 }, { port: 8125, protocol: "udp" }] }));
  await whole(runtime, id, 2);
  const endpoints = await runtime.capabilities.endpoints.endpoints(id);
  assert.equal(new Set(endpoints.map(({ hostPort }) => hostPort)).size, 4, "all differ");
  const portsOf = (name: string): readonly (number | undefined)[] =>
    [8080, 8080, 8125].map((port) => endpoints.find((one) => one.instance === name && one.port === port)?.hostPort);
  await eventually(async () => {
    const lines = (await records(runtime, id)).map((record) => `${record.instance}: ${textOf(record)}`);
    assert.deepEqual(
      lines.toSorted(),
      ["0", "1"].map((name) => `${name}: ${portsOf(name).join(" ")}`),
    );
  });
  assert.deepEqual(new Set(endpoints.map(({ port, protocol }) => `${protocol} ${port}`)), new Set(["tcp 8080", "udp 8125"]));
});

test("what is started again has ports of its own again, whoever took the last ones meanwhile", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(serving(id, "one"));
  await whole(runtime, id, 1);
  const { endpoints } = runtime.capabilities.endpoints;
  const [before] = await endpoints(id);
  assert(before);
  for (const pid of programsOf(box, id)) process.kill(-pid, "SIGKILL");
  const squatter = createServer();
  await eventually(async () => {
    squatter.listen(before.hostPort);
    await once(squatter, "listening");
  });
  const back = await eventually(async () => {
    const [one] = await endpoints(id);
    assert(one !== undefined && one.hostPort !== before.hostPort);
    return one;
  });
  squatter.close();
  assert.equal(await ask(back), "one");
});

test("a task has ports of its own as well, while it runs", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start({ kind: "task", id, command: ["sh", "-c", "echo $PORT_80; exec sleep 600"], ports: [{ port: 80 }] });
  const { endpoints } = runtime.capabilities.endpoints;
  const [one, ...others] = await endpoints(id);
  assert(one !== undefined && others.length === 0);
  await eventually(async () => assert.deepEqual(await texts(runtime, id), [String(one.hostPort)]));
  assert.deepEqual([one.instance, one.port, one.protocol], [id, 80, "tcp"]);
  await runtime.stop(id);
  assert.deepEqual(await endpoints(id), []);
});

test("with its supervisor dead nothing is said to be ready; whoever looks has another keep it, under the same names", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(serving(id, "one", { replicas: 2 }));
  const before = await whole(runtime, id, 2);
  const programs = programsOf(box, id);
  killSupervisor(box);
  await eventually(() => assert.equal(box.supervisor.current(), undefined));
  const alone = await seenOf(runtime, id);
  assert.deepEqual([alone.state.desired, alone.state.ready], [2, 0]);
  const after = await whole(runtime, id, 2);
  assert.deepEqual([after.nativeId, after.createdAt, after.specHash], [before.nativeId, before.createdAt, before.specHash]);
  const told = after.state.instances.map(({ instance, restarts, lastEnding }) => [instance, restarts, lastEnding?.outcome]);
  assert.deepEqual(told, [
    ["0", 1, "failed"],
    ["1", 1, "failed"],
  ]);
  assert.deepEqual(programs.filter(isRunning), [], "what it had left does not run beside them");
  const endpoints = await runtime.capabilities.endpoints.endpoints(id);
  assert.deepEqual(await Promise.all(endpoints.map(ask)), ["one", "one"]);
  const gaps = (await texts(runtime, id)).filter((text) => text.startsWith("gap"));
  expect(gaps).toEqual([expect.stringMatching(/supervisor died/), expect.stringMatching(/supervisor died/)]);
});

test.each(["stop", "remove"] as const)("with its supervisor dead, %s ends a service and all that it runs", async (verb) => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, "sleep 601 & :", { replicas: 2, stopGraceMs: 200 }));
  await whole(runtime, id, 2);
  const programs = programsOf(box, id);
  killSupervisor(box);
  await runtime[verb](id);
  assert.deepEqual(programs.filter(isRunning), []);
  if (verb === "remove") assert(!existsSync(box.folder(id)));
  else assert.equal((await seenOf(runtime, id)).state.desired, 0);
});

test("a service that is stopped needs nobody, and is resumed by whoever comes", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, "echo here"));
  await whole(runtime, id, 1);
  await runtime.stop(id);
  const { holder } = box.supervisor.current() ?? {};
  assert(holder);
  process.kill(holder.pid, "SIGTERM");
  await eventually(() => assert(!isRunning(holder.pid), "with nothing to do it ends when it is asked to"));
  await runtime.inspect(id);
  assert.equal(box.supervisor.current(), undefined, "a look at what is stopped launches nobody");
  const resumed = await runtime.resume(id);
  assert.deepEqual([resumed.state.desired, resumed.state.ready], [1, 1]);
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["here", "here"]));
});

test("half a record at the end of a log is taken back before anybody writes on", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, "echo here"));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["here"]));
  killSupervisor(box);
  appendFileSync(box.file(id, "log-0"), "o 2026-01-01T00:00:00.000000000Z 500\nhal");
  await eventually(async () => {
    expect(await texts(runtime, id)).toEqual(["here", expect.stringMatching(/^gap/), "here"]);
  });
});

test("an update that does not become ready says which instance, and why", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(serving(id, "one"));
  await whole(runtime, id, 1);
  const readiness = { port: 8080, timeoutMs: 700 };
  const failing = serving(id, "two", { readiness, command: ["sh", "-c", "exit 7"] });
  const told = (error: unknown): boolean =>
    LongshoreError.is(error, "timeout") && /instance 1 was not ready within 700 ms: .*code/.test(error.message);
  await assert.rejects(runtime.update(failing), told);
  const { state } = await whole(runtime, id, 1);
  assert.deepEqual(
    state.instances.map(({ instance }) => instance),
    ["0"],
  );
  await runtime.update(serving(id, "three"));
  const endpoints = await runtime.capabilities.endpoints.endpoints(id);
  assert.deepEqual(await Promise.all(endpoints.map(ask)), ["three"], "the next update is another one");
});

test("an update of what is stopped leaves it stopped; a restart resumes it", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, "echo one"));
  await whole(runtime, id, 1);
  await runtime.stop(id);
  const updated = await runtime.update(asleep(id, "echo two"));
  assert.deepEqual([updated.state.desired, programsOf(box, id).filter(isRunning)], [0, []]);
  await runtime.restart(id);
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["one", "two"]));
});

test("values are in files for this user alone, in nobody's arguments, and go with the revision that used them", async () => {
  await using box = new Scratch();
  const value = `value-${anId()}`;
  const runtime = await box.open({ secrets: { resolve: async (key) => `${key}-${value}` } });
  const id = anId("service");
  const secrets = { ONE: { resolve: "a", as: "env" }, TWO: { resolve: "b", as: "file" } } as const;
  const print = 'echo "$ONE"; cat "$TWO_FILE"; echo';
  await runtime.start(asleep(id, print, { secrets }));
  const stranger = await box.open();
  await eventually(async () => assert.deepEqual(await texts(stranger, id), [`a-${value}`, `b-${value}`]));
  const held = (): readonly string[] => readdirSync(box.file(id, "secrets"));
  const [folder = ""] = held();
  for (const path of [box.folder(id), box.file(id, "secrets"), join(box.file(id, "secrets"), folder)]) {
    assert.equal(statSync(path).mode & 0o777, 0o700, path);
  }
  for (const name of ["ONE", "TWO"]) {
    assert.equal(statSync(join(box.file(id, "secrets"), folder, name)).mode & 0o777, 0o600);
  }
  const { holder } = box.supervisor.current() ?? {};
  assert(holder);
  for (const file of ["environ", "cmdline"]) assert(!readFileSync(`/proc/${holder.pid}/${file}`, "utf8").includes(value));
  await runtime.update(asleep(id, `${print}; echo again`, { secrets }));
  await eventually(() => assert(!held().includes(folder) && held().length === 1, String(held())));
});

test("a removed service takes its notes with it, and cannot be resumed", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, ":"));
  await runtime.remove(id);
  assert.deepEqual(
    readdirSync(join(box.stateDir, "tests"), { recursive: true }).filter((name) => String(name).includes(id)),
    [],
  );
  const isUnknown = (error: unknown): boolean => LongshoreError.is(error, "not-found");
  await assert.rejects(runtime.resume(id), isUnknown);
  const half = anId("half");
  await runtime.start(asleep(half, ":"));
  await stopService(
    { id: half, folder: box.folder(half), line: new SupervisorLine(box.supervisor) },
    { graceMs: 0, removing: true },
    { signal: new AbortController().signal, report: () => {} },
  );
  await assert.rejects(runtime.resume(half), isUnknown, "somebody who died was removing it");
  await assert.rejects(runtime.restart(half), isUnknown);
  await runtime.remove(half);
  assert(!existsSync(box.folder(half)));
});

test("who observes a service sees it come back after its supervisor died", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId("service");
  await runtime.start(asleep(id, ":"));
  await whole(runtime, id, 1);
  const back = (async () => {
    for await (const seen of runtime.observe(id)) {
      if (seen.kind === "service" && seen.state.restarts === 1 && seen.state.ready === 1) return true;
    }
    return false;
  })();
  killSupervisor(box);
  assert(await back);
});
