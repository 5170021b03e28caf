import { LongshoreError, type ServiceSpec, type TaskSpec, workloadId } from "@longshore/core";
import { afterAll, describe, expect, test } from "vitest";
import { serviceAccount } from "./kit.ts";
import { World } from "./world.ts";

const world = await World.open();
afterAll(() => world[Symbol.asyncDispose]());

const base: TaskSpec = { kind: "task", id: workloadId("planned"), image: "busybox:1.35", command: ["true"], timeoutMs: 60_000 };
const service: ServiceSpec = { kind: "service", id: workloadId("web"), image: "busybox:1.35", ports: [{ port: 8080 }] };
const planOf = (more: Partial<TaskSpec>) => world.runtime.plan({ ...base, ...more } as TaskSpec);
const planOfService = (more: Partial<ServiceSpec>) => world.runtime.plan({ ...service, ...more } as ServiceSpec);
const pathsOf = (list: readonly { readonly path: string }[]): readonly string[] => list.map(({ path }) => path);
interface Container {
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
}
interface Job {
  readonly jobId: string;
  readonly job: {
    readonly startExecutionToken: string;
    readonly labels: object;
    readonly template: {
      readonly labels: object;
      readonly template: { readonly containers: readonly Container[] } & Record<string, unknown>;
    };
  };
}
const jobOf = async (more: Partial<TaskSpec>): Promise<Job> => {
  const { requests, problems } = await planOf(more);
  expect(problems).toEqual([]);
  return (requests as readonly { readonly input: Job }[])[0]!.input;
};
const limitsOf = async (more: Partial<TaskSpec>) => (await jobOf(more)).job.template.template.containers[0]!.resources.limits;

describe("sizes of Cloud Run's", () => {
  test.each([
    [{}, "1", "512Mi"],
    [{ cpu: 3 }, "4", "2048Mi"],
    [{ cpu: 1.5 }, "2", "512Mi"],
    [{ cpu: 1.5, memory: "700Mi" }, "2", "700Mi"],
    [{ cpu: 2, memory: "700Mi" }, "2", "700Mi"],
    [{ cpu: 3, memory: "700Mi" }, "4", "2048Mi"],
    [{ memory: "300Mi" }, "1", "512Mi"],
    [{ memory: "5Gi" }, "2", "5120Mi"],
    [{ cpu: 7, memory: "1Gi" }, "8", "4096Mi"],
    [{ memory: "32Gi" }, "8", "32768Mi"],
  ] as const)("%j is %s with %s", async (resources, cpu, memory) => {
    expect(await limitsOf({ resources })).toEqual({ cpu, memory });
  });
  test.each([
    [{ cpu: 3 }, [{ path: "resources.cpu", from: 3000, to: 4000 }]],
    [{ cpu: 1.5 }, [{ path: "resources.cpu", from: 1500, to: 2000 }]],
    // By Google's table two processors go with any memory up to 8 GiB.
    [{ cpu: 2, memory: "700Mi" }, []],
    [{ cpu: 1.5, memory: "700Mi" }, [{ path: "resources.cpu", from: 1500, to: 2000 }]],
    [
      { cpu: 3, memory: "700Mi" },
      [
        { path: "resources.cpu", from: 3000, to: 4000 },
        { path: "resources.memory", from: 700, to: 2048 },
      ],
    ],
  ] as const)("what is rounded up of %j is reported", async (resources, reported) => {
    expect((await planOf({ resources })).adjustments).toMatchObject(reported);
  });
  test("above the largest it is refused", async () => {
    expect(pathsOf((await planOf({ resources: { memory: "33Gi" } })).problems)).toEqual(["resources.memory"]);
    expect(pathsOf((await planOf({ resources: { cpu: 9 } })).problems)).toEqual(["resources.cpu"]);
  });
  test("stated as exact, three processors are refused before any call", async () => {
    const before = world.emulator.journal.counts;
    const spec = { ...base, resources: { cpu: 3 }, options: { "cloud-run": { exactSize: true } } };
    const refusal = expect.objectContaining({ code: "invalid-spec", message: expect.stringContaining("4000m") });
    await expect(world.runtime.start(spec)).rejects.toEqual(refusal);
    expect(world.emulator.journal.counts).toEqual(before);
  });
});

describe("what a job says", () => {
  test("no retries, the limit, the account, and one task", async () => {
    expect(await jobOf({ timeoutMs: 90_000 })).toMatchObject({
      job: { template: { taskCount: 1, template: { maxRetries: 0, timeout: { seconds: 90 }, serviceAccount } } },
    });
  });
  test("labels are on the job and on what it makes; an execution is started by the same request", async () => {
    const { job } = await jobOf({ options: { "cloud-run": { labels: { team: "blue" } } } });
    const labels = { team: "blue", "longshore-owner": world.owner, "longshore-id": "planned", "longshore-kind": "task" };
    expect(job.labels).toEqual(labels);
    expect(job.template.labels).toEqual(labels);
    expect(job.startExecutionToken).not.toBe("");
  });
  test("without a limit it has the longest there is, and that is reported", async () => {
    const { timeoutMs: _, ...rest } = base;
    const { adjustments } = await world.runtime.plan(rest);
    expect(adjustments).toMatchObject([{ path: "timeoutMs", to: 168 * 3_600_000 }]);
  });
  test("parts of a second are whole ones, and reported", async () => {
    expect((await planOf({ timeoutMs: 1500 })).adjustments).toMatchObject([{ path: "timeoutMs", from: 1500, to: 2000 }]);
  });
  test("a name of 49 characters at most, whatever the id", async () => {
    const { jobId } = await jobOf({ id: workloadId("a".repeat(40)) });
    expect(jobId.length).toBeLessThanOrEqual(49);
  });
  test("secrets go by name and version, and no value", async () => {
    const backend = "projects/p/secrets/token/versions/3";
    const { job } = await jobOf({ secrets: { TOKEN: { backend, as: "env" }, OTHER: { backend: "other", as: "env" } } });
    expect(job.template.template.containers[0]).toMatchObject({
      env: [
        { name: "OTHER", valueSource: { secretKeyRef: { secret: "other", version: "latest" } } },
        { name: "TOKEN", valueSource: { secretKeyRef: { secret: "projects/p/secrets/token", version: "3" } } },
      ],
    });
  });
  test("a network", async () => {
    const vpc = { network: "default", subnetwork: "jobs", tags: ["batch"], egress: "all-traffic" };
    const { job } = await jobOf({ options: { "cloud-run": { vpc } } });
    expect(job.template.template["vpcAccess"]).toEqual({
      egress: "ALL_TRAFFIC",
      networkInterfaces: [{ network: "default", subnetwork: "jobs", tags: ["batch"] }],
    });
  });
});

describe("refused, each by its path", () => {
  test.each([
    ["timeoutMs", { timeoutMs: 168 * 3_600_000 + 1 }],
    ["user", { user: "1000" }],
    ["tty", { tty: true }],
    ["stdin", { stdin: true }],
    ["hardening.drop", { hardening: { drop: ["NET_RAW"] } }],
    ["hardening.add", { hardening: { add: ["NET_ADMIN"] } }],
    ["hardening.readOnlyRoot", { hardening: { readOnlyRoot: true } }],
    ["hardening.noNewPrivileges", { hardening: { noNewPrivileges: true } }],
    ["mounts", { mounts: [{ volume: "some", path: "/data" }] }],
    ["platform", { platform: "linux/arm64" }],
    ["ports", { ports: [{ port: 80 }] }],
    ["resources.gpu", { resources: { gpu: 1 } }],
    ["resources.ephemeralStorage", { resources: { ephemeralStorage: "1Gi" } }],
    ["env.PORT", { env: { PORT: "80" } }],
    ["env.LONG", { env: { LONG: "x".repeat(32_769) } }],
    ["secrets.A", { secrets: { A: { resolve: "key", as: "env" } } }],
    ["secrets.A.as", { secrets: { A: { backend: "name", as: "file" } } }],
    ["secrets.A.backend", { secrets: { A: { backend: "arn:aws:some", as: "env" } } }],
    ["registryCredentials", { registryCredentials: { resolve: "key" } }],
    ["identity.executionRole", { identity: { executionRole: "some" } }],
    ["options.cloud-run.ingress", { options: { "cloud-run": { ingress: "internal" } } }],
  ] as const)("%s", async (path, more) => {
    expect(pathsOf((await planOf(more as Partial<TaskSpec>)).problems)).toEqual([path]);
  });
  test.each([
    ["restart", { restart: "on-failure" }],
    ["ports", { ports: [{ port: 80 }, { port: 81 }] }],
    ["ports.0.protocol", { ports: [{ port: 80, protocol: "udp" }] }],
    ["ports.0.publish", { ports: [{ port: 80, publish: 8080 }] }],
    ["readiness.port", { readiness: { port: 81 } }],
  ] as const)("%s of a service", async (path, more) => {
    expect(pathsOf((await planOfService(more as Partial<ServiceSpec>)).problems)).toEqual([path]);
  });
  test("no service account", async () => {
    await using without = await World.open({}, { serviceAccount: undefined } as object);
    const { problems } = await without.runtime.plan(base);
    expect(pathsOf(problems)).toEqual(["identity.taskRole"]);
    expect((await without.runtime.plan({ ...base, identity: { taskRole: serviceAccount } })).problems).toEqual([]);
  });
});

test("a service without a port is a worker pool", async () => {
  const requestOf = async (more: Partial<ServiceSpec>) =>
    ((await planOfService(more)).requests as readonly { readonly request: string }[]).map(({ request }) => request);
  expect(await requestOf({})).toEqual(["CreateServiceRequest"]);
  expect(await requestOf({ ports: [] })).toEqual(["CreateWorkerPoolRequest"]);
});

test("a project that refuses us is found at open", async () => {
  const opening = World.open({ deniedPermissions: ["run.jobs.list"] });
  await expect(opening).rejects.toSatisfy(
    (error) => LongshoreError.is(error, "permission-denied") && /run\.jobs\.list/.test(error.message),
  );
});
