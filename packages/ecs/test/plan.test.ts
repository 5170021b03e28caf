import { LongshoreError, openRuntime, owner, type ServiceSpec, type TaskSpec, workloadId } from "@longshore/core";
import { runtime as plugin } from "@longshore/ecs";
import { afterAll, describe, expect, test } from "vitest";
import { configOf } from "./kit.ts";
import { World } from "./world.ts";

const world = await World.open();
afterAll(() => world[Symbol.asyncDispose]());

const base: TaskSpec = { kind: "task", id: workloadId("planned"), image: "busybox:1.35", command: ["true"] };
const planOf = (more: Partial<TaskSpec>) => world.runtime.plan({ ...base, ...more } as TaskSpec);
const definitionOf = async (more: Partial<TaskSpec>): Promise<Record<string, unknown>> => {
  const { requests, problems } = await planOf(more);
  expect(problems).toEqual([]);
  const found = (requests as readonly { request: string; input: Record<string, unknown> }[]).find(
    ({ request }) => request === "RegisterTaskDefinition",
  );
  return found!.input;
};
const pathsOf = (list: readonly { readonly path: string }[]): readonly string[] => list.map(({ path }) => path);

describe("sizes of Fargate's", () => {
  test.each([
    [{ cpu: 0.3 }, "512", "1024"],
    [{ cpu: 0.3, memory: "3Gi" }, "512", "3072"],
    [{}, "256", "512"],
    [{ cpu: 0.25, memory: "512Mi" }, "256", "512"],
    [{ cpu: 0.25, memory: "3Gi" }, "512", "3072"],
    [{ cpu: 4, memory: "31Gi" }, "8192", "32768"],
    [{ cpu: 8, memory: "17Gi" }, "8192", "20480"],
    [{ cpu: 16, memory: "33Gi" }, "16384", "40960"],
    [{ memory: "200Gi" }, "32768", "249856"],
  ] as const)("%j is %s units with %s MiB", async (resources, cpu, memory) => {
    expect(await definitionOf({ resources })).toMatchObject({ cpu, memory });
  });
  test("what is rounded up is reported", async () => {
    const { adjustments } = await planOf({ resources: { cpu: 0.3, memory: "3Gi" } });
    expect(adjustments).toMatchObject([{ path: "resources.cpu", from: 300, to: 500 }]);
  });
  test("above the largest it is refused", async () => {
    expect(pathsOf((await planOf({ resources: { memory: "245Gi" } })).problems)).toEqual(["resources.memory"]);
    expect(pathsOf((await planOf({ resources: { cpu: 33 } })).problems)).toEqual(["resources.cpu"]);
  });
  test("stated as exact, 31 GiB with 4 vCPU are refused before any call", async () => {
    const before = world.emulator.journal.counts;
    const spec = { ...base, resources: { cpu: 4, memory: "31Gi" as const }, options: { ecs: { exactSize: true } } };
    const refusal = expect.objectContaining({ code: "invalid-spec", message: expect.stringContaining("32768Mi") });
    await expect(world.runtime.start(spec)).rejects.toEqual(refusal);
    expect(world.emulator.journal.counts).toEqual(before);
  });
  test.each([
    ["3Gi", undefined, 20],
    ["20Gi", undefined, undefined],
    ["21Gi", 21, undefined],
    ["100500Mi", 99, 99],
  ] as const)("ephemeral storage of %s", async (ephemeralStorage, sizeInGiB, reported) => {
    const definition = await definitionOf({ resources: { ephemeralStorage } });
    expect(definition["ephemeralStorage"]).toEqual(sizeInGiB === undefined ? undefined : { sizeInGiB });
    const { adjustments } = await planOf({ resources: { ephemeralStorage } });
    expect(adjustments.map(({ to }) => to)).toEqual(reported === undefined ? [] : [reported * 1024]);
  });
  test("ephemeral storage above 200 GiB is refused", async () => {
    expect(pathsOf((await planOf({ resources: { ephemeralStorage: "201Gi" } })).problems)).toEqual([
      "resources.ephemeralStorage",
    ]);
  });
});

describe("what a task definition says", () => {
  test("the log driver blocks rather than drop lines", async () => {
    expect(await definitionOf({})).toMatchObject({
      containerDefinitions: [
        { logConfiguration: { logDriver: "awslogs", options: { mode: "blocking", "awslogs-group": "/longshore" } } },
      ],
    });
  });
  test("a grace above 120 s is clamped, and reported", async () => {
    expect(await definitionOf({ stopGraceMs: 300_000 })).toMatchObject({ containerDefinitions: [{ stopTimeout: 120 }] });
    expect((await planOf({ stopGraceMs: 300_000 })).adjustments).toMatchObject([
      { path: "stopGraceMs", from: 300_000, to: 120_000 },
    ]);
  });
  test("task role and execution role stay apart", async () => {
    const [taskRole, executionRole] = ["task", "execution"].map((name) => `arn:aws:iam::123456789012:role/${name}`) as [
      string,
      string,
    ];
    expect(await definitionOf({ identity: { taskRole, executionRole } })).toMatchObject({
      taskRoleArn: taskRole,
      executionRoleArn: executionRole,
    });
  });
  test("secrets go by their ARN, the registry's by repositoryCredentials", async () => {
    const [secret, parameter] = ["secretsmanager:eu-west-3:1:secret:a", "ssm:eu-west-3:1:parameter/b"].map(
      (name) => `arn:aws:${name}`,
    ) as [string, string];
    const registryCredentials = { backend: secret };
    const secrets = { B: { backend: parameter, as: "env" }, A: { backend: secret, as: "env" } } as const;
    expect(await definitionOf({ secrets, registryCredentials })).toMatchObject({
      containerDefinitions: [
        {
          secrets: [
            { name: "A", valueFrom: secret },
            { name: "B", valueFrom: parameter },
          ],
          repositoryCredentials: { credentialsParameter: secret },
        },
      ],
    });
  });
  test("the same content has the same family, whatever the id; other content another", async () => {
    const family = async (more: Partial<TaskSpec>) => (await definitionOf(more))["family"];
    expect(await family({ id: workloadId("another") })).toBe(await family({}));
    expect(await family({ env: { A: "b" } })).not.toBe(await family({}));
    expect(await family({ env: { A: "1", B: "2" } })).toBe(await family({ env: { B: "2", A: "1" } }));
    expect(await family({})).toMatch(new RegExp(`^longshore-${world.owner}-[0-9a-f]{32}$`));
  });
  test("Spot is a capacity provider, and no launch type beside it", async () => {
    const { requests } = await planOf({ interruptible: true });
    const { input } = (requests as readonly { request: string; input: object }[]).at(-1)!;
    expect(input).toMatchObject({ capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] });
    expect(input).not.toHaveProperty("launchType");
    expect(input).not.toHaveProperty("overrides");
  });
});

describe("commands beside the program", () => {
  const options = { ecs: { executeCommand: true } };
  test("are allowed with the task, and an init process is added, which is reported", async () => {
    const { requests, adjustments } = await planOf({ options });
    const inputs = requests as readonly { request: string; input: object }[];
    expect(inputs.at(-1)!.input).toMatchObject({ enableExecuteCommand: true });
    const linuxParameters = { initProcessEnabled: true };
    expect(await definitionOf({ options })).toMatchObject({ containerDefinitions: [{ linuxParameters }] });
    expect(adjustments).toMatchObject([{ path: "init", to: true, reason: expect.stringMatching(/executeCommand/) }]);
    expect((await planOf({ options, init: true })).adjustments).toEqual([]);
    const [container] = (await definitionOf({ options, init: false }))["containerDefinitions"] as readonly object[];
    expect(container).not.toHaveProperty("linuxParameters.initProcessEnabled");
    expect((await planOf({ options, init: false })).adjustments).toEqual([]);
  });
  test("are refused where their agent cannot run", async () => {
    expect(pathsOf((await planOf({ options, hardening: { readOnlyRoot: true } })).problems)).toEqual(["hardening.readOnlyRoot"]);
    const old = { ecs: { ...options.ecs, platformVersion: "1.3.0" } };
    expect(pathsOf((await planOf({ options: old })).problems)).toEqual(["options.ecs.platformVersion"]);
    const { taskRole: _, ...roleless } = configOf(world.emulator.url);
    await using runtime = await openRuntime(plugin.with(roleless), { owner: owner("roleless") });
    expect(pathsOf((await runtime.plan({ ...base, options })).problems)).toEqual(["identity.taskRole"]);
    expect((await runtime.plan(base)).problems).toEqual([]);
  });
});

describe("on container instances", () => {
  test("no address of their own and no Spot, and ECS' own words where the cluster has none", async () => {
    await using other = await World.open({}, { launchType: "EC2" });
    const spec = other.task("exit 0", { interruptible: true });
    const { requests, adjustments } = await other.runtime.plan(spec);
    expect(adjustments.map(({ path }) => path)).toContain("interruptible");
    const [, definition, run] = requests as readonly { readonly input: Readonly<Record<string, unknown>> }[];
    expect(definition!.input).toMatchObject({ requiresCompatibilities: ["EC2"] });
    expect(run!.input).toMatchObject({ launchType: "EC2" });
    expect(run!.input).not.toHaveProperty("capacityProviderStrategy");
    expect(run!.input).not.toHaveProperty("networkConfiguration.awsvpcConfiguration.assignPublicIp");
    await expect(other.runtime.start(spec)).rejects.toThrow(/container instances/i);
  });
  test("capacity providers take the place of a launch type", async () => {
    await using other = await World.open({}, { capacityProviders: ["blue", "green"] });
    const { requests } = await other.runtime.plan(other.task("exit 0"));
    const { input } = requests.at(-1) as { readonly input: object };
    expect(input).toMatchObject({ capacityProviderStrategy: [{ capacityProvider: "blue" }, { capacityProvider: "green" }] });
    expect(input).not.toHaveProperty("launchType");
  });
});

describe("refused, each by its path", () => {
  test.each([
    ["hardening.add", { hardening: { add: ["NET_ADMIN"] } }],
    ["mounts", { mounts: [{ volume: "some", path: "/data" }] }],
    ["platform", { platform: "linux/s390x" }],
    ["ports.0.publish", { ports: [{ port: 80, publish: 8080 }] }],
    ["resources.gpu", { resources: { gpu: 1 } }],
    ["secrets.A", { secrets: { A: { resolve: "key", as: "env" } } }],
    ["secrets.A.backend", { secrets: { A: { backend: "name", as: "env" } } }],
    ["registryCredentials", { registryCredentials: { resolve: "key" } }],
  ] as const)("%s", async (path, more) => {
    expect(pathsOf((await planOf(more as Partial<TaskSpec>)).problems)).toEqual([path]);
  });
  test("a service that is not to be started again", async () => {
    const spec: ServiceSpec = { kind: "service", id: workloadId("service"), image: "busybox:1.35", restart: "on-failure" };
    expect(pathsOf((await world.runtime.plan(spec)).problems)).toEqual(["restart"]);
  });
});

test("a cluster that does not exist is found at open", async () => {
  const opening = World.open({}, { cluster: "nobody-made-it" });
  await expect(opening).rejects.toSatisfy(
    (error) => LongshoreError.is(error, "invalid-config") && /nobody-made-it/.test(error.message),
  );
});
