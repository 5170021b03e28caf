import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coded, CloudRunBed, image, parent, transports, until } from "./cloud-run-kit.ts";

const engines = ["process", ...(existsSync("/var/run/docker.sock") ? ["docker" as const] : [])] as const;
const cases = [
  ...transports.map((transport) => ({ transport, engine: "process" as const })),
  { transport: "grpc" as const, engine: engines.at(-1)! },
];

/** Answers every request with a text and the service's name: in the image by its httpd, and elsewhere by what runs this test. */
const answering = (engine: string, text: string): string =>
  engine === "docker"
    ? `mkdir /tmp/www; echo "${text} $K_SERVICE" > /tmp/www/index.html; exec httpd -f -p $PORT -h /tmp/www`
    : `exec ${process.execPath} -e 'const { PORT, K_SERVICE } = process.env;
require("http").createServer((_, answer) => answer.end("${text} " + K_SERVICE)).listen(PORT)'`;
const failing = { containers: [{ image, command: ["sh", "-c", "echo broken; exit 3"] }] };
const working = (script: string) => ({ containers: [{ image, command: ["sh", "-c", script] }] });

describe.each(cases)("services and worker pools over $transport, containers by $engine", ({ transport, engine }) => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start(transport, { engine, delays: { grace: 300, restart: 50 } });
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  const serving = (text: string) => ({ containers: [{ image, command: ["sh", "-c", answering(engine, text)] }] });
  const nameOf = (id: string): string => `${parent}/services/${id}`;
  const service = async (id: string) => (await bed.services.getService({ name: nameOf(id) }))[0];
  const body = async (uri: string | null | undefined): Promise<string> => (await (await fetch(uri!)).text()).trim();

  test("serves a service on a local port, a new revision at the same one, and the old one where the new cannot start", async () => {
    const [creation] = await bed.services.createService({ parent, serviceId: "web", service: { template: serving("one") } });
    await creation.promise();
    const first = await service("web");
    expect(first).toMatchObject({ reconciling: false, terminalCondition: { state: "CONDITION_SUCCEEDED" } });
    expect(await body(first.uri)).toBe("one web");

    const [update] = await bed.services.updateService({ service: { name: nameOf("web"), template: serving("two") } });
    await update.promise();
    const second = await service("web");
    expect(second.uri).toBe(first.uri);
    expect(second.latestReadyRevision).not.toBe(first.latestReadyRevision);
    expect(await body(second.uri)).toBe("two web");

    const [bad] = await bed.services.updateService({ service: { name: nameOf("web"), template: failing } });
    await expect(bad.promise()).rejects.toThrow(/not ready and cannot serve traffic/);
    const third = await service("web");
    expect(third).toMatchObject({
      latestReadyRevision: second.latestReadyRevision,
      terminalCondition: { state: "CONDITION_FAILED", reason: "REVISION_FAILED" },
    });
    expect(third.latestCreatedRevision).not.toBe(second.latestReadyRevision);
    expect(await body(third.uri)).toBe("two web");

    const [revisions] = await bed.revisions.listRevisions({ parent: nameOf("web") });
    expect(revisions.map(({ name }) => name)).toHaveLength(3);
    await expect(bed.revisions.deleteRevision({ name: second.latestReadyRevision! })).rejects.toEqual(coded(9));
    const [removal] = await bed.revisions.deleteRevision({ name: first.latestReadyRevision! });
    await removal.promise();
    const [deletion] = await bed.services.deleteService({ name: nameOf("web") });
    await deletion.promise();
    await expect(fetch(first.uri!)).rejects.toThrow();
    await expect(service("web")).rejects.toEqual(coded(5));
  });

  test("divides requests between revisions, and scales to none and back by hand", async () => {
    const [creation] = await bed.services.createService({
      parent,
      serviceId: "split",
      service: { template: { ...serving("old"), revision: "split-old" } },
    });
    await creation.promise();
    const traffic = [
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" as const, revision: "split-old", percent: 50 },
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" as const, revision: "split-new", percent: 50 },
    ];
    const [update] = await bed.services.updateService({
      service: { name: nameOf("split"), template: { ...serving("new"), revision: "split-new" }, traffic },
    });
    await update.promise();
    const { uri } = await service("split");
    const seen = new Set<string>();
    await until(
      async () => seen.add(await body(uri)),
      (answers) => answers.size === 2,
    );
    expect([...seen].sort()).toEqual(["new split", "old split"]);
    const scale = async (manualInstanceCount: number): Promise<void> => {
      const [operation] = await bed.services.updateService({
        service: { name: nameOf("split"), scaling: { scalingMode: "MANUAL", manualInstanceCount } },
        updateMask: { paths: ["scaling"] },
      });
      await operation.promise();
    };
    await scale(0);
    expect((await fetch(uri!)).status).toBe(503);
    await scale(1);
    expect((await fetch(uri!)).status).toBe(200);
  });

  test("ends an instance that nobody has asked for long enough, and starts one for the next request", async () => {
    const [creation] = await bed.services.createService({ parent, serviceId: "idle", service: { template: serving("idle") } });
    await creation.promise();
    const { uri, latestReadyRevision: name } = await service("idle");
    const running = async (): Promise<unknown> =>
      (await bed.revisions.getRevision({ name: name! }))[0].scalingStatus?.desiredMinInstanceCount;
    expect(await running()).toBe(1);
    await bed.emulator.clock.advance(16 * 60_000);
    await until(running, (count) => !count);
    expect(await Promise.all([body(uri), body(uri), body(uri)])).toEqual(["idle idle", "idle idle", "idle idle"]);
    await until(running, (count) => count === 1);
  });

  test("makes no new revision where what was read is sent back", async () => {
    const [creation] = await bed.services.createService({ parent, serviceId: "same", service: { template: serving("same") } });
    await creation.promise();
    const first = await service("same");
    const [update] = await bed.services.updateService({ service: first });
    await update.promise();
    const second = await service("same");
    expect(second.latestCreatedRevision).toBe(first.latestCreatedRevision);
    expect(second).toMatchObject({ generation: "2", trafficStatuses: [{ percent: 100 }] });
    expect(await body(second.uri)).toBe("same same");
  });

  test("refuses what Cloud Run refuses", async () => {
    const create = (serviceId: string, spec: object) => bed.services.createService({ parent, serviceId, service: spec });
    const container = (extra: object) => ({ template: { containers: [{ image, ...extra }] } });
    await expect(create("x", container({ ports: [{ containerPort: 1 }, { containerPort: 2 }] }))).rejects.toEqual(
      coded(3, /port/),
    );
    await expect(create("x", container({ env: [{ name: "PORT", value: "1" }] }))).rejects.toEqual(coded(3, /reserved/));
    await expect(create("x", container({ resources: { limits: { cpu: "0.05" } } }))).rejects.toEqual(coded(3, /cpu/));
    await expect(create("x", { ...container({}), traffic: [{ percent: 50 }] })).rejects.toEqual(coded(3, /add up to 100/));
    await expect(create("x", { template: { revision: "y-1", containers: [{ image }] } })).rejects.toEqual(
      coded(3, /begin with 'x-'/),
    );
    await expect(
      create("x", { template: { containers: [{ image }], scaling: { minInstanceCount: 3, maxInstanceCount: 2 } } }),
    ).rejects.toEqual(coded(3, /minimum/));
    const [planned] = await bed.services.createService({ parent, serviceId: "x", service: container({}), validateOnly: true });
    await planned.promise();
    await expect(service("x")).rejects.toEqual(coded(5));
  });

  test("keeps a worker pool's instances running, and replaces those that end", async () => {
    const name = `${parent}/workerPools/pool`;
    const [creation] = await bed.workerPools.createWorkerPool({
      parent,
      workerPoolId: "pool",
      workerPool: { template: working("echo up $CLOUD_RUN_WORKER_POOL; sleep 0.3; exit 1") },
    });
    await creation.promise();
    const [pool] = await bed.workerPools.getWorkerPool({ name });
    expect(pool).toMatchObject({ terminalCondition: { state: "CONDITION_SUCCEEDED" } });
    const filter =
      'resource.type="cloud_run_worker_pool" resource.labels.worker_pool_name=pool timestamp>="2020-01-01T00:00:00Z"';
    const [entries] = await until(
      () => bed.logging.getEntries({ filter, orderBy: "timestamp asc" }),
      ([found]) => found.length >= 2,
    );
    expect(entries.map(({ data }) => data as unknown).slice(0, 2)).toEqual(["up pool", "up pool"]);
    const [update] = await bed.workerPools.updateWorkerPool({
      workerPool: { name, template: working("sleep 300"), scaling: { manualInstanceCount: 2 } },
      forceNewRevision: true,
    });
    await update.promise();
    await until(
      async () =>
        (await bed.revisions.getRevision({ name: (await bed.workerPools.getWorkerPool({ name }))[0].latestReadyRevision! }))[0],
      ({ scalingStatus }) => scalingStatus?.desiredMinInstanceCount === 2,
    );
    const [deletion] = await bed.workerPools.deleteWorkerPool({ name });
    await deletion.promise();
    await expect(bed.workerPools.getWorkerPool({ name })).rejects.toEqual(coded(5));
  });
});
