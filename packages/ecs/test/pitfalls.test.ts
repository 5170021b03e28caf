import { gzipSync } from "node:zlib";
import { type HostOptions, instant, openRuntime, type TaskSpec } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
import { runtime as plugin } from "@longshore/ecs";
import type { FaultRule } from "@longshore/emulators";
import { describe, expect, test } from "vitest";
import { configOf } from "./kit.ts";
import { textsOf, World } from "./world.ts";

const worldWith = (...faults: readonly FaultRule[]): Promise<World> => World.open({ faults });
const once = { times: 1 } as const;

describe("RunTask", () => {
  test("failures are told of a task that was started all the same: it is that task, and there is no other", async () => {
    await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "ecs:started-though-failed" }, ...once });
    const spec = world.task("echo hello");
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(await world.bed.tasks()).toHaveLength(1);
  });
  test("no capacity, and the same start again: one task", async () => {
    await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "ecs:capacity" }, ...once });
    const spec = world.task("exit 0");
    await expect(world.runtime.start(spec)).rejects.toMatchObject({ code: "unavailable" });
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(await world.bed.tasks()).toHaveLength(1);
  });
  test("no capacity is said in ECS' words, and what was begun can be removed", async () => {
    await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "ecs:capacity" } });
    const spec = world.task("exit 0");
    const refusal = expect.objectContaining({
      code: "unavailable",
      retryable: true,
      message: expect.stringMatching(/Capacity is unavailable/),
    });
    await expect(world.runtime.start(spec)).rejects.toEqual(refusal);
    await world.runtime.remove(spec.id);
    expect(await world.bed.natives(world.owner)).toEqual([]);
  });
  test("what DescribeTasks calls MISSING has only just been started", async () => {
    await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "ecs:missing-after-run", ms: 1500 } });
    const spec = world.task("echo hello");
    await world.runtime.start(spec);
    expect(await world.runtime.inspect(spec.id)).toMatchObject({ kind: "task", state: { phase: "pending" } });
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
  });
  test("a definition that somebody took away meanwhile is registered anew", async () => {
    await using world = await World.open();
    const [first, second] = [world.task("exit 0"), world.task("exit 0")];
    await world.runtime.start(first);
    await world.runtime.wait(first.id);
    await world.bed.wipe(world.owner);
    await world.runtime.start(second);
    expect(await world.runtime.wait(second.id)).toMatchObject({ outcome: "succeeded" });
  });
});

describe("endings", () => {
  test.each([
    [{ kind: "ecs:pull-failure", reason: "pull access denied, repository does not exist" }, "image-not-found"],
    [{ kind: "ecs:pull-failure", reason: "no basic auth credentials" }, "image-unauthorized"],
    [{ kind: "ecs:pull-failure", reason: "toomanyrequests: You have reached your pull rate limit" }, "throttled"],
    [
      { kind: "ecs:pull-failure", reason: "image Manifest does not contain descriptor matching platform 'linux/amd64'" },
      "image-platform",
    ],
    [{ kind: "ecs:spot-interruption", afterMs: 100 }, "interrupted"],
  ] as const)("%j is %s", async (fault, code) => {
    await using world = await worldWith({ operation: "ecs:RunTask", fault });
    const spec = world.task("sleep 60");
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "failed", diagnosis: { code } });
  });
  test("a secret that ECS cannot read is a matter of config", async () => {
    await using world = await World.open();
    const backend = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:nobody";
    const spec = world.task("exit 0", { secrets: { A: { backend, as: "env" } } });
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code: "invalid-config" } });
    expect(ending).not.toHaveProperty("exit");
  });
});

describe("logs", () => {
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`);
  const counting = "n=0; while [ $n -lt 300 ]; do echo line $n; n=$((n+1)); done";
  test.each([
    [{ operation: "logs:GetLogEvents", fault: { kind: "logs:empty-page" }, probability: 0.5 }],
    [{ operation: "logs:append", fault: { kind: "logs:late", ms: 150 } }],
    [{ operation: "logs:GetLogEvents", fault: { kind: "throttle" }, probability: 0.3 }],
  ] as const)("whole with %j", async (rule) => {
    await using world = await worldWith(rule);
    const spec = world.task(counting);
    await world.runtime.start(spec);
    expect(textsOf(await Array.fromAsync(world.runtime.logs(spec.id, { follow: true })))).toEqual(lines);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
  });
  test("what is shown later than lines after it is not lost", async () => {
    await using world = await worldWith({
      operation: "logs:append",
      fault: { kind: "logs:out-of-order", ms: 120 },
      probability: 0.5,
    });
    const spec = world.task("n=0; while [ $n -lt 100 ]; do echo line $n; sleep 0.01; n=$((n+1)); done");
    await world.runtime.start(spec);
    const texts = textsOf(await Array.fromAsync(world.runtime.logs(spec.id, { follow: true })));
    expect(texts.toSorted()).toEqual(lines.slice(0, 100).toSorted());
  });
  test("events of several lines stay one record each", async () => {
    await using world = await World.open();
    const spec = world.task(`printf 'a\\rb\\n'; echo c`);
    await world.runtime.start(spec);
    expect(textsOf(await Array.fromAsync(world.runtime.logs(spec.id, { follow: true })))).toEqual(["a\rb", "c"]);
  });
});

describe("secrets", () => {
  test("reach the program by their ARN, and nothing that was sent has the value or an override", async () => {
    const [arn, value] = ["arn:aws:secretsmanager:eu-west-3:123456789012:secret:token", "s3cret-value"];
    await using world = await World.open({ secrets: { [arn]: value } });
    const spec = world.task('[ "$TOKEN" = s3cret-value ] && echo same', { secrets: { TOKEN: { backend: arn, as: "env" } } });
    const { command: _, ...rest } = spec;
    const other: TaskSpec = { ...rest, command: ["sh", "-c", 'echo "${#TOKEN}"'] };
    await world.runtime.start(other);
    expect(textsOf(await Array.fromAsync(world.runtime.logs(spec.id, { follow: true })))).toEqual([String(value.length)]);
    const inputs = world.emulator.journal.entries().map(({ input }) => JSON.stringify(input) ?? "");
    expect(inputs.filter((input) => input.includes(value))).toEqual([]);
    for (const input of world.sent<object>("ecs:RunTask")) expect(input).not.toHaveProperty("overrides");
  });
});

describe("throttling", () => {
  test("never reaches the user, and no task is started twice", async () => {
    await using world = await worldWith({ operation: "*", fault: { kind: "throttle" }, probability: 0.3 });
    const specs = Array.from({ length: 10 }, () => world.task("echo hello"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    const endings = await Promise.all(specs.map(({ id }) => world.runtime.wait(id)));
    expect(endings.map(({ outcome }) => outcome)).toEqual(specs.map(() => "succeeded"));
    expect(await world.bed.tasks()).toHaveLength(specs.length);
    await Promise.all(specs.map(({ id }) => world.runtime.remove(id)));
    expect(await world.bed.natives(world.owner)).toEqual([]);
  }, 180_000);
});

describe("looks", () => {
  test("one DescribeTasks tells of a hundred tasks", async () => {
    await using world = await World.open();
    const specs = Array.from({ length: 30 }, () => world.task("sleep 60"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    world.emulator.journal.clear();
    const seen = await Promise.all(specs.map(({ id }) => world.runtime.inspect(id)));
    expect(seen.every(({ kind }) => kind === "task")).toBe(true);
    expect(world.emulator.journal.counts["ecs:DescribeTasks"]).toBeLessThanOrEqual(2);
  });
  test("thirty tasks of the same content share a definition, which goes with the last", async () => {
    await using world = await World.open();
    const specs = Array.from({ length: 30 }, () => world.task("exit 0"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    expect(new Set((await world.bed.definitions(world.owner)).map((arn) => arn.replace(/:\d+$/, ""))).size).toBe(1);
    await Promise.all(specs.map(({ id }) => world.runtime.remove(id)));
    expect(await world.bed.natives(world.owner)).toEqual([]);
  });
});

describe("what is pushed", () => {
  const event = (detail: object): object => ({ source: "aws.ecs", "detail-type": "ECS Task State Change", detail });
  test("an event tells of the task, also when ECS has forgotten it", async () => {
    await using world = await World.open();
    const spec = world.task("exit 3");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const [task] = await world.bed.tasks();
    const { ingest } = world.runtime.capabilities.ingest;
    expect(await ingest(JSON.parse(JSON.stringify(event(task!))))).toEqual([{ kind: "changed", id: spec.id }]);
    await world.emulator.clock.advance(2 * 3_600_000);
    expect(await world.bed.tasks()).toEqual([]);
    expect(await world.runtime.inspect(spec.id)).toMatchObject({ state: { phase: "exited", exit: { code: 3 } } });
  });
  test("events in queues, records of logs, other owners' events", async () => {
    await using world = await World.open();
    const spec = world.task("echo hello");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const { ingest } = world.runtime.capabilities.ingest;
    const [task] = await world.bed.tasks();
    const inQueue = { Records: [{ body: JSON.stringify(event(task!)) }] };
    expect(await ingest(inQueue)).toEqual([{ kind: "changed", id: spec.id }]);
    expect(await ingest(event({ ...task, startedBy: "longshore/another/x" }))).toEqual([]);
    const logStream = `log/${world.owner}/main/${task!.taskArn!.split("/").at(-1)}`;
    const data = gzipSync(JSON.stringify({ logGroup: "/longshore", logStream, logEvents: [] })).toString("base64");
    expect(await ingest({ awslogs: { data } })).toEqual([{ kind: "changed", id: spec.id }]);
    const ofService = gzipSync(JSON.stringify({ logStream: `log/${world.owner}/service/web/main/abc` })).toString("base64");
    expect(await ingest({ awslogs: { data: ofService } })).toEqual([{ kind: "changed", id: "web" }]);
    await expect(ingest({ some: "thing" })).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

test("a restart whose answer got lost is not made twice", async () => {
  await using world = await World.open();
  const service = { ...world.task("sleep 600"), kind: "service" } as const;
  await world.runtime.start(service);
  world.emulator.faults.add({ operation: "ecs:UpdateService", fault: { kind: "lose-reply" }, ...once });
  const { instances } = (await world.runtime.restart(service.id)).state;
  expect(instances).toHaveLength(1);
  expect(world.sent("ecs:UpdateService")).toHaveLength(1);
  expect(await world.bed.tasks()).toHaveLength(2);
});

describe("what ECS has forgotten", () => {
  const laterThan = (world: World): HostOptions => ({
    owner: world.owner,
    clock: { now: () => instant(world.emulator.clock.now()), sleep },
  });
  test("a task's logs are there as long as the group keeps them; it is not run again, and leaves nothing", async () => {
    await using world = await World.open();
    const spec = world.task("echo one; echo two; exit 3");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    await world.emulator.clock.advance(2 * 3_600_000);
    expect(await world.bed.tasks()).toEqual([]);
    await using later = await openRuntime(plugin.with(configOf(world.emulator.url)), laterThan(world));
    expect(textsOf(await Array.fromAsync(later.logs(spec.id, { follow: true })))).toEqual(["one", "two"]);
    expect(await later.inspect(spec.id)).toMatchObject({ kind: "absent" });
    await expect(later.start(spec)).rejects.toMatchObject({ code: "lost" });
    await later.remove(spec.id);
    expect(await world.bed.natives(world.owner)).toEqual([]);
  });
  test("a service's former tasks, too", async () => {
    await using world = await World.open();
    const service = { ...world.task("echo hello; sleep 600"), kind: "service" } as const;
    await world.runtime.start(service);
    for await (const record of world.runtime.logs(service.id, { follow: true })) if ("text" in record) break;
    await world.runtime.stop(service.id);
    await world.emulator.clock.advance(2 * 3_600_000);
    await using later = await openRuntime(plugin.with(configOf(world.emulator.url)), laterThan(world));
    expect(textsOf(await Array.fromAsync(later.logs(service.id)))).toEqual(["hello"]);
    await later.remove(service.id);
    expect(await world.bed.natives(world.owner)).toEqual([]);
  });
});

test("what ECS itself tells of a task", async () => {
  await using world = await World.open({ missingImages: ["nobody/has-this:1"] });
  const spec = world.task("true", { image: "nobody/has-this:1" });
  await world.runtime.start(spec);
  await world.runtime.wait(spec.id);
  const said = textsOf(await Array.fromAsync(world.runtime.capabilities.backendLogs.backendLogs(spec.id)));
  expect(said.some((text) => /CannotPullContainerError/.test(text))).toBe(true);
});

test("images are registered, listed, and removed without a trace", async () => {
  await using world = await World.open();
  const { register, list, remove } = world.runtime.capabilities.images;
  const taskRole = "arn:aws:iam::123456789012:role/task";
  const image = {
    reference: "team/app:1",
    cpu: "300m",
    memory: "1Gi",
    taskRole,
    isDefault: true,
    registeredBy: "somebody",
  } as const;
  await register(image);
  await register({ ...image, memory: "2Gi" });
  await register({ reference: "team/other:2", isDefault: false });
  expect(await Array.fromAsync(list({ defaultsOnly: true }))).toEqual([{ ...image, memory: "2Gi" }]);
  expect((await Array.fromAsync(list({}))).map(({ reference }) => reference).toSorted()).toEqual(["team/app:1", "team/other:2"]);
  await remove("team/app:1");
  await remove("team/other:2");
  await remove("team/other:2");
  expect(await Array.fromAsync(list({}))).toEqual([]);
});

describe("preflight", () => {
  test("nothing stands in the way", async () => {
    await using world = await World.open();
    expect(await world.runtime.capabilities.preflight.preflight(undefined)).toEqual([]);
  });
  test("the task role's rights, where commands are to be run", async () => {
    await using world = await World.open({ deniedActions: ["ssmmessages:OpenDataChannel"] });
    const { preflight } = world.runtime.capabilities.preflight;
    expect(await preflight(world.task("true"))).toEqual([]);
    const found = await preflight(world.task("true", { options: { ecs: { executeCommand: true } } }));
    expect(found).toMatchObject([{ what: "permission", hint: expect.stringMatching(/executeCommand/) }]);
    expect(found[0]!.message).toMatch(/^ssmmessages:OpenDataChannel is not allowed to arn:.*role\/task$/);
  });
  test("a missing subnet, security group and role are each named", async () => {
    const options = { subnets: ["subnet-00000000000000009"], securityGroups: ["sg-00000000000000009"], roles: ["another"] };
    await using world = await World.open(options, { securityGroups: ["sg-00000000000000001"] });
    const found = await world.runtime.capabilities.preflight.preflight(undefined);
    expect(found.map(({ what, message }) => `${what} ${message}`)).toEqual([
      expect.stringMatching(/^network subnets: .*subnet-0123456789abcdef0/),
      expect.stringMatching(/^network securityGroups: .*sg-00000000000000001/),
      expect.stringMatching(/^permission there is no role arn:aws:iam::123456789012:role\/execution$/),
      expect.stringMatching(/^permission there is no role arn:aws:iam::123456789012:role\/task$/),
    ]);
  });
});

test("public addresses are those of the network interface", async () => {
  await using world = await World.open({}, { publicAddress: true });
  const spec = world.task("sleep 60", { ports: [{ port: 8123 }] });
  await world.runtime.start(spec);
  const { endpoints } = world.runtime.capabilities.endpoints;
  await expect.poll(() => endpoints(spec.id)).toMatchObject([{ port: 8123, hostPort: 8123, host: "127.0.0.1", protocol: "tcp" }]);
  expect(world.emulator.journal.counts["ec2:DescribeNetworkInterfaces"]).toBeGreaterThan(0);
});

test("a time is told for each line", async () => {
  await using world = await World.open();
  const before = instant(Date.now() - 1000);
  const spec = world.task("echo hello");
  await world.runtime.start(spec);
  const [line] = await Array.fromAsync(world.runtime.logs(spec.id, { follow: true }));
  expect("text" in line! && line.at! > before).toBe(true);
});

test("a subnet that does not exist is refused in ECS' words, and what was begun can be removed", async () => {
  await using world = await World.open({ subnets: ["subnet-00000000000000009"] });
  const spec = world.task("exit 0");
  const refusal = expect.objectContaining({ code: "invalid-spec", retryable: false, message: expect.stringMatching(/subnet/i) });
  await expect(world.runtime.start(spec)).rejects.toEqual(refusal);
  expect(await Array.fromAsync(world.runtime.list())).toMatchObject([{ kind: "leftover", id: spec.id }]);
  await world.runtime.remove(spec.id);
  expect(await world.bed.natives(world.owner)).toEqual([]);
});

test.each([
  [
    "a role that may not be passed",
    "AccessDeniedException",
    "User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/r",
    "permission-denied",
    /allow iam:PassRole/,
  ],
  [
    "a subnet of another VPC",
    "InvalidParameterException",
    "Error retrieving security group information for [sg-00000000000000001]: Security group and subnet belong to different networks.",
    "invalid-spec",
    /of one VPC/,
  ],
] as const)("%s is refused with its class, ECS' own words and a hint", async (_, code, message, expected, hint) => {
  await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "aws:error", code, message } });
  const error: unknown = await world.runtime.start(world.task("exit 0")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: expected, retryable: false, message: expect.stringContaining(message) });
  expect(error).toMatchObject({ vendorCode: code, hint: expect.stringMatching(hint) });
});

test.each([
  ["AccessDeniedException", "permission-denied"],
  ["UnrecognizedClientException", "unauthenticated"],
  ["ClusterNotFoundException", "invalid-config"],
] as const)("%s is %s", async (code, expected) => {
  await using world = await worldWith({ operation: "ecs:RunTask", fault: { kind: "aws:error", code } });
  await expect(world.runtime.start(world.task("exit 0"))).rejects.toMatchObject({ code: expected, retryable: false });
});
