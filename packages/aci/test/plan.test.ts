import {
  openRuntime,
  owner,
  type Runtime,
  type ServiceSpec,
  type TaskSpec,
  workloadId,
  type WorkloadSpec,
} from "@longshore/core";
import { runtime as plugin } from "@longshore/aci";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AciEmulator, startAciEmulator } from "@longshore/emulators";
import { configOf } from "./kit.ts";

let emulator: AciEmulator;
let runtime: Runtime;
beforeAll(async () => {
  emulator = await startAciEmulator({ engine: "process", http: true });
  runtime = await openRuntime(plugin.with(configOf(emulator.url)), { owner: owner("plans") });
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await emulator.close();
});
const task = (more: Partial<TaskSpec> = {}): TaskSpec => ({
  kind: "task",
  id: workloadId("one"),
  image: "busybox:1.35",
  entrypoint: ["true"],
  ...more,
});
const service = (more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  kind: "service",
  id: workloadId("one"),
  image: "busybox:1.35",
  entrypoint: ["true"],
  ...more,
});
const groupOf = async (spec: WorkloadSpec): Promise<Record<string, never>> => {
  const { requests, problems } = await runtime.plan(spec);
  expect(problems).toEqual([]);
  return (requests[0] as { group: Record<string, never> }).group;
};
const pathsOf = async (spec: WorkloadSpec): Promise<readonly string[]> =>
  (await runtime.plan(spec)).problems.map(({ path }) => path);

describe("sizes", () => {
  // 0.05 GB are 51 Mi and a bit, 1.23 GB are 1,259 Mi and a bit.
  test.each([
    ["51Mi", 0.1],
    ["52Mi", 0.1],
    ["1260Mi", 1.3],
    ["1Gi", 1],
    ["1536Mi", 1.5],
    ["3072Mi", 3],
  ] as const)("%s are %d GB", async (memory, gigabytes) => {
    const { containers } = await groupOf(task({ resources: { memory } }));
    expect(containers?.[0]).toMatchObject({ resources: { requests: { memoryInGB: gigabytes } } });
  });
  test("what is rounded up is reported, and what is not is not", async () => {
    const adjusted = async (memory: "52Mi" | "1260Mi" | "2Gi") =>
      (await runtime.plan(task({ resources: { memory, cpu: "500m" } }))).adjustments;
    expect(await adjusted("52Mi")).toEqual([
      { path: "resources.memory", from: 52, to: 102.4, reason: expect.stringMatching(/tenths of a GB: 0\.1/) },
    ]);
    expect(await adjusted("1260Mi")).toEqual([
      { path: "resources.memory", from: 1260, to: 1331.2, reason: expect.stringMatching(/1\.3/) },
    ]);
    expect(await adjusted("2Gi")).toEqual([]);
  });
  test("processors come in hundredths", async () => {
    const { adjustments } = await runtime.plan(task({ resources: { cpu: "255m", memory: "1Gi" } }));
    expect(adjustments).toEqual([{ path: "resources.cpu", from: 255, to: 260, reason: expect.any(String) }]);
  });
  test("exactSize refuses what would be rounded", async () => {
    const options = { aci: { exactSize: true } };
    expect(await pathsOf(task({ resources: { memory: "1260Mi", cpu: "255m" }, options }))).toEqual([
      "resources.cpu",
      "resources.memory",
    ]);
    expect(await pathsOf(task({ resources: { memory: "1Gi" }, options }))).toEqual([]);
  });
  test("300 GB, 40 processors, GPUs and 60 GB of disk are refused", async () => {
    expect(await pathsOf(task({ resources: { memory: "300Gi" } }))).toEqual(["resources.memory"]);
    expect(await pathsOf(task({ resources: { cpu: 40 } }))).toEqual(["resources.cpu"]);
    expect(await pathsOf(task({ resources: { gpu: 1 } }))).toEqual(["resources.gpu"]);
    expect(await pathsOf(task({ resources: { ephemeralStorage: "60Gi" } }))).toEqual(["resources.ephemeralStorage"]);
  });
});

describe("what cannot be is refused by its path", () => {
  const identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me";
  test.each<readonly [string, WorkloadSpec]>([
    ["env", task({ env: { "a.b": "c" } })],
    [`env.${"x".repeat(64)}`, task({ env: { ["x".repeat(64)]: "c" } })],
    ["image", task({ image: "mcr.microsoft.com/windows/nanoserver:ltsc2022" })],
    ["platform", task({ platform: "windows/amd64" })],
    ["platform", task({ platform: "linux/arm64" })],
    ["user", task({ user: "nobody" })],
    ["init", task({ init: true })],
    ["tty", task({ tty: true })],
    ["workingDirectory", task({ workingDirectory: "/srv" })],
    ["mounts", task({ mounts: [{ volume: "v", path: "/v" }] })],
    ["hardening.readOnlyRoot", task({ hardening: { readOnlyRoot: true } })],
    ["ports", task({ ports: [1, 2, 3, 4, 5, 6].map((port) => ({ port })) })],
    ["ports.0.publish", task({ ports: [{ port: 80, publish: 81 }] })],
    ["identity.taskRole", task({ identity: { taskRole: "me" } })],
    ["registryCredentials.backend", task({ registryCredentials: { backend: "me" } })],
    ["secrets.A.backend", task({ secrets: { A: { backend: "x", as: "env" } } })],
    ["restart", service({ restart: "on-failure" })],
    ["options.aci.dnsNameLabel", task({ options: { aci: { dnsNameLabel: "some-name" } } })],
    [
      "options.aci.dnsNameLabel",
      service({ replicas: 2, ports: [{ port: 80 }], options: { aci: { dnsNameLabel: "some-name" } } }),
    ],
    ["labels", task({ labels: { Team: "a", team: "b" } })],
  ])("%s", async (path, spec) => {
    const paths = await pathsOf(spec);
    expect(paths.length > 0 && paths.every((one) => one.startsWith(path))).toBe(true);
  });
  test("identities are resource ids", async () => {
    const spec = task({ image: "mine.azurecr.io/a:1", identity: { taskRole: identity, executionRole: identity } });
    expect(await groupOf(spec)).toMatchObject({
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      imageRegistryCredentials: [{ server: "mine.azurecr.io", identity }],
    });
  });
});

test("a secret stands in the plan by its name", async () => {
  const secrets = { A: { resolve: "key-a", as: "env" }, B: { resolve: "key-b", as: "file" } } as const;
  const group = await groupOf(task({ secrets }));
  expect(group).toMatchObject({
    containers: [
      {
        environmentVariables: [
          { name: "A", secureValue: "{secret A}" },
          { name: "B_FILE", value: "/run/longshore/secrets/B" },
        ],
        volumeMounts: [{ name: "secrets", mountPath: "/run/longshore/secrets", readOnly: true }],
      },
    ],
    volumes: [{ name: "secrets", secret: { B: "{secret B}" } }],
  });
});
test("tasks run once, services always, Spot is for what may be interrupted", async () => {
  expect(await groupOf(task({ interruptible: true }))).toMatchObject({
    restartPolicy: "Never",
    priority: "Spot",
    osType: "Linux",
  });
  expect(await groupOf(service())).toMatchObject({ restartPolicy: "Always" });
  expect((await runtime.plan(service({ replicas: 3 }))).requests).toHaveLength(3);
});
test("a command alone takes the place of the entrypoint, and that is reported", async () => {
  const { entrypoint: _, ...spec } = task({ command: ["true"] });
  expect((await runtime.plan(spec)).adjustments).toEqual([
    { path: "command", from: ["true"], to: ["true"], reason: expect.stringMatching(/entrypoint/) },
  ]);
});
test("a probe without a path asks for the root, and that is reported", async () => {
  const { adjustments } = await runtime.plan(service({ readiness: { port: 8080 } }));
  expect(adjustments).toEqual([{ path: "readiness.path", to: "/", reason: expect.stringMatching(/HTTP/) }]);
});
