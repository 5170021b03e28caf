import { expect, test } from "vitest";
import { AciBed, containerOf, groupOf, refusal, until } from "./aci-kit.ts";

const firstLine = async (bed: AciBed, name: string): Promise<string> =>
  (
    await until(
      () => bed.logs(name),
      (text) => text.includes("\n"),
    )
  ).split("\n")[0]!;

test("Always: runs again whatever the code, and never ends", async () => {
  const hour = 3_600_000;
  await using bed = await AciBed.start({ delays: { backOff: hour, longestBackOff: hour } });
  await bed.create("service", groupOf("echo run; exit 0", { restartPolicy: "Always" }));
  const waits = (count: number) =>
    bed.until("service", ({ containers: [main] }) => main?.state === "Waiting" && main.restartCount === count);
  expect(await waits(1)).toMatchObject({ state: "Running", provisioning: "Succeeded", containers: [{ previous: 0 }] });
  const { currentState, events } = (await bed.get("service")).containers[0]!.instanceView!;
  expect(currentState?.detailStatus).toMatch(/^CrashLoopBackOff/);
  expect(events?.map(({ name }) => name)).toContain("BackOff");
  // Of its last run alone.
  expect(await bed.logs("service")).toBe("run\n");
  await bed.emulator.clock.advance(hour);
  expect(await waits(2)).toMatchObject({ state: "Running" });
});

test("the wait before each restart is twice as long, up to the longest", async () => {
  await using bed = await AciBed.start({ delays: { backOff: 60_000, longestBackOff: 120_000 } });
  await bed.create("service", groupOf("exit 1", { restartPolicy: "Always" }));
  const countOf = async (): Promise<number> => (await bed.view("service")).containers[0]?.restartCount ?? 0;
  const waits = ({ containers: [main] }: Awaited<ReturnType<typeof bed.view>>): boolean => main?.state === "Waiting";
  // Once at once; then a minute, two minutes, and again two minutes.
  for (const [count, ms] of [
    [1, 60_000],
    [2, 120_000],
    [3, 120_000],
  ] as const) {
    await bed.until("service", (view) => waits(view) && view.containers[0]?.restartCount === count);
    await bed.emulator.clock.advance(ms - 30_000);
    expect(await countOf()).toBe(count);
    await bed.emulator.clock.advance(30_000);
    await until(countOf, (now) => now === count + 1);
  }
});

test("OnFailure: runs again until it succeeds, and never fails", async () => {
  await using bed = await AciBed.start();
  const volumes = [{ name: "state-volume", emptyDir: {} }];
  const script = "n=$(cat /state/n 2>/dev/null || echo 0); echo $((n + 1)) > /state/n; [ $n = 2 ]";
  const volumeMounts = [{ name: "state-volume", mountPath: "/state" }];
  await bed.create(
    "job",
    groupOf("", { volumes, containers: [containerOf(script, { volumeMounts })], restartPolicy: "OnFailure" }),
  );
  expect(await bed.ended("job")).toMatchObject({
    state: "Succeeded",
    containers: [{ exitCode: 0, restartCount: 2, previous: 1 }],
  });
});

test("Never: does not run again", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("exit 5"));
  await bed.ended("job");
  await bed.emulator.clock.advance(3_600_000);
  expect(await bed.view("job")).toMatchObject({
    state: "Failed",
    provisioning: "Succeeded",
    containers: [{ state: "Terminated", exitCode: 5, restartCount: 0, previous: undefined }],
  });
});

test("a group that is put again runs again: the same one, another one, and one that has ended", async () => {
  await using bed = await AciBed.start();
  const group = (word: string) => groupOf(`echo $$ ${word}; sleep 300`);
  await bed.create("job", group("one"));
  const first = await firstLine(bed, "job");
  await bed.create("job", group("one"));
  const second = await firstLine(bed, "job");
  expect(second).not.toBe(first);
  await bed.create("job", group("two"));
  expect(await firstLine(bed, "job")).toMatch(/ two$/);
  for (const line of [first, second]) expect(() => process.kill(Number(line.split(" ")[0]), 0)).toThrow("ESRCH");
  await bed.create("ended", groupOf("echo $$"));
  await bed.ended("ended");
  const before = await firstLine(bed, "ended");
  await bed.create("ended", groupOf("echo $$"));
  await bed.ended("ended");
  expect(await firstLine(bed, "ended")).not.toBe(before);
  const statuses = bed.emulator.journal.entries("aci:CreateOrUpdate").map(({ status }) => status);
  expect(statuses).toEqual([201, 200, 200, 201, 200]);
});

test("what is fixed cannot be changed while a group runs, and can once it has ended", async () => {
  await using bed = await AciBed.start();
  const refused = refusal(400, "InvalidContainerGroupUpdate", /must delete it first/);
  await bed.create("job", groupOf("sleep 300"));
  const resources = { requests: { cpu: 2, memoryInGB: 0.5 } };
  const changes = [
    { containers: [containerOf("sleep 300", { resources })] },
    { containers: [containerOf("sleep 300", { resources: { requests: { cpu: 1, memoryInGB: 1 } } })] },
    { containers: [containerOf("sleep 300", { ports: [{ port: 80 }] })] },
    { restartPolicy: "Always" },
  ];
  for (const change of changes) await expect(bed.create("job", groupOf("sleep 300", change))).rejects.toEqual(refused);
  await bed.stop("job");
  expect(await bed.create("job", groupOf("sleep 300", changes[0]))).toMatchObject({ provisioningState: "Succeeded" });
});

test("a stop has no effect on what has ended, and refuses everything else until it has stopped", async () => {
  await using bed = await AciBed.start({ delays: { stop: 60_000 } });
  await bed.create("ended", groupOf("exit 1"));
  await bed.ended("ended");
  await bed.client.containerGroups.stop("tests", "ended");
  await bed.emulator.clock.advance(120_000);
  expect(await bed.view("ended")).toMatchObject({ state: "Failed" });
  expect((await bed.request("POST", "ended/stop")).status).toBe(204);
  expect((await bed.request("DELETE", "ended")).status).toBe(200);

  await bed.create("job", groupOf("trap 'echo asked' TERM; echo up; while :; do sleep 0.1; done"));
  await until(() => bed.logs("job"), Boolean);
  expect((await bed.request("POST", "job/stop")).status).toBe(204);
  expect(await bed.view("job")).toMatchObject({ state: "Running" });
  for (const [method, path] of [
    ["POST", "job/stop"],
    ["POST", "job/start"],
    ["DELETE", "job"],
  ] as const)
    expect(await bed.request(method, path)).toMatchObject({
      status: 409,
      body: { error: { code: "ContainerGroupTransitioning" } },
    });
  await bed.emulator.clock.advance(60_000);
  const view = await bed.until("job", ({ state }) => state === "Stopped");
  expect(view).toMatchObject({
    containers: [{ state: "Terminated", exitCode: 137, events: expect.arrayContaining(["Killing"]) }],
  });
  expect(await bed.logs("job")).toBe("up\n");
});

test("a group that ends by itself before it comes to its stop has ended", async () => {
  await using bed = await AciBed.start({ delays: { stop: 60_000 } });
  await bed.create("job", groupOf("sleep 0.3; exit 6"));
  expect((await bed.request("POST", "job/stop")).status).toBe(204);
  await bed.until("job", ({ containers: [main] }) => main?.state === "Terminated");
  expect((await bed.request("DELETE", "job")).status).toBe(409);
  await bed.emulator.clock.advance(60_000);
  await until(
    () => bed.request("DELETE", "job"),
    ({ status }) => status === 200,
  );
  const [{ output } = {}] = bed.emulator.journal.entries("aci:Delete").slice(-1);
  expect(output).toMatchObject({ properties: { instanceView: { state: "Failed" } } });
});

test("a stop asks first where there is a grace", async () => {
  await using bed = await AciBed.start({ delays: { grace: 30_000 } });
  await bed.create("job", groupOf("trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.1; done"));
  await until(() => bed.logs("job"), Boolean);
  expect(await bed.stop("job")).toMatchObject({ state: "Stopped", containers: [{ exitCode: 0 }] });
  expect(await bed.logs("job")).toBe("up\nasked\n");
});

test("a start is a new deployment, and nothing where the group runs", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("echo $$; sleep 300", { restartPolicy: "Always" }));
  const before = await firstLine(bed, "job");
  expect((await bed.request("POST", "job/start")).status).toBe(204);
  expect(await firstLine(bed, "job")).toBe(before);
  await bed.stop("job");
  expect((await bed.request("POST", "job/start")).status).toBe(202);
  await bed.until("job", ({ state }) => state === "Running");
  expect(await firstLine(bed, "job")).not.toBe(before);
  expect(await bed.view("job")).toMatchObject({ containers: [{ restartCount: 0, previous: undefined }] });
});

test("a restart runs the containers again where they are", async () => {
  await using bed = await AciBed.start({ delays: { grace: 10_000 } });
  await bed.create("job", groupOf("trap 'exit 0' TERM; echo $$; while :; do sleep 0.1; done", { restartPolicy: "Always" }));
  const before = await firstLine(bed, "job");
  await bed.restart("job");
  expect(await firstLine(bed, "job")).not.toBe(before);
  expect(await bed.view("job")).toMatchObject({ state: "Running", containers: [{ restartCount: 1, previous: 0 }] });
  const { headers, status } = await bed.request("POST", "job/restart");
  expect([status, headers.get("azure-asyncoperation")]).toEqual([204, expect.stringContaining("/operations/")]);
});
