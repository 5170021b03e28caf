import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { AciBed, type Answer, containerOf, groupOf, refusal, resourceGroup, until, wireGroup } from "./aci-kit.ts";

const minute = 60_000;
const operationOf = ({ headers }: Answer): string => {
  const { pathname, search } = new URL(headers.get("azure-asyncoperation")!);
  return pathname + search;
};

test("a group goes through Pending and Creating, which its operation tells as well", async () => {
  await using bed = await AciBed.start({ delays: { pending: minute, creating: minute } });
  const created = await bed.request("PUT", "job", wireGroup());
  expect(created).toMatchObject({
    status: 201,
    body: { properties: { provisioningState: "Pending", instanceView: { state: "Pending", events: [] } } },
  });
  const operation = operationOf(created);
  expect(operation).toMatch(
    /^\/subscriptions\/[-0-9]+\/providers\/Microsoft\.ContainerInstance\/locations\/westeurope\/operations\//,
  );
  const statusOf = async () => ((await bed.request("GET", operation)).body as { status: string }).status;
  const waiting = { state: "Waiting", exitCode: undefined, events: [] };
  expect(await statusOf()).toBe("Pending");
  expect((await bed.request("GET", operation.replace("/westeurope/", "/eastus/"))).status).toBe(404);
  expect(await bed.view("job")).toMatchObject({ provisioning: "Pending", state: "Pending", containers: [waiting] });
  await expect(bed.logs("job")).rejects.toEqual(refusal(409, "ContainerGroupTransitioning"));
  await bed.emulator.clock.advance(minute);
  expect(await statusOf()).toBe("Creating");
  await bed.emulator.clock.advance(minute);
  await bed.ended("job");
  expect(await bed.request("GET", operation)).toMatchObject({
    status: 200,
    body: { status: "Succeeded", endTime: expect.stringMatching(/Z$/) as string },
  });
  expect(await bed.view("job")).toMatchObject({ provisioning: "Succeeded", state: "Succeeded" });
});

test("what is just being deployed takes no deployment, and can be stopped and deleted", async () => {
  await using bed = await AciBed.start({ delays: { pending: minute } });
  const first = await bed.request("PUT", "job", wireGroup());
  for (const [method, path] of [
    ["PUT", "job"],
    ["POST", "job/start"],
    ["POST", "job/restart"],
  ] as const)
    expect(await bed.request(method, path, method === "PUT" ? wireGroup() : undefined)).toMatchObject({
      status: 409,
      body: { error: { code: "ContainerGroupTransitioning" } },
    });
  expect(await bed.stop("job")).toMatchObject({
    state: "Stopped",
    provisioning: "Succeeded",
    containers: [{ state: "Waiting" }],
  });
  expect(await bed.request("GET", operationOf(first))).toMatchObject({
    body: { status: "Failed", error: { code: "OperationCanceled" } },
  });
  await bed.ask("other", groupOf("true"));
  await bed.delete("other");
  await expect(bed.get("other")).rejects.toEqual(refusal(404, "ResourceNotFound"));
});

test("the events of a container, its times, and an exit code that is that of `docker run`", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("sleep 0.2; exit 4"));
  await bed.create("none", groupOf("", { containers: [containerOf("", { command: ["no-such-command"] })] }));
  await bed.create("denied", groupOf("", { containers: [containerOf("", { command: ["/etc/passwd"] })] }));
  expect(await bed.ended("job")).toMatchObject({ containers: [{ events: ["Pulling", "Pulled", "Started"], exitCode: 4 }] });
  const { currentState, events } = (await bed.get("job")).containers[0]!.instanceView!;
  expect(currentState).toMatchObject({ detailStatus: "Error" });
  expect(currentState!.finishTime!.getTime() - currentState!.startTime!.getTime()).toBeGreaterThan(0);
  expect(events?.[0]).toMatchObject({ count: 1, type: "Normal", message: 'pulling image "busybox:1.35"' });
  expect(await bed.ended("none")).toMatchObject({
    state: "Failed",
    containers: [{ exitCode: 127, events: expect.arrayContaining(["Failed"]) }],
  });
  expect(await bed.ended("denied")).toMatchObject({ state: "Failed", containers: [{ exitCode: 126 }] });
  expect(await bed.nonconforming()).toEqual([]);
});

test("a group has ended with its last container, and failed with any of them", async () => {
  await using bed = await AciBed.start();
  const resources = { requests: { cpu: 0.5, memoryInGB: 0.5 } };
  const containers = [containerOf("exit 1", { resources }), containerOf("sleep 300", { name: "slow", resources })];
  await bed.create("job", groupOf("", { containers }));
  await bed.until("job", ({ containers: [main] }) => main?.state === "Terminated");
  expect(await bed.view("job")).toMatchObject({ state: "Running", provisioning: "Succeeded" });
  expect(await bed.stop("job")).toMatchObject({ state: "Stopped", containers: [{ exitCode: 1 }, { exitCode: 137 }] });
});

test("init containers run one after the other, before all else", async () => {
  await using bed = await AciBed.start();
  const init = (name: string, script: string) => ({ ...containerOf(script), name, resources: undefined });
  const initContainers = [init("first", "sleep 0.3; echo one"), init("second", "sleep 300")];
  await bed.ask("job", groupOf("echo main", { initContainers }));
  await until(
    async () => (await bed.get("job")).initContainers?.[1]?.instanceView?.currentState?.state,
    (state) => state === "Running",
  );
  const { initContainers: [first] = [], ...group } = await bed.get("job");
  expect(first?.instanceView?.currentState).toMatchObject({ state: "Terminated", exitCode: 0 });
  expect(group).toMatchObject({ provisioningState: "Creating", instanceView: { state: "Pending" } });
  expect(group.containers[0]?.instanceView?.currentState?.state).toBe("Waiting");
  expect(await bed.logs("job", { container: "first" })).toBe("one\n");
  expect(await bed.logs("job")).toBe("");
  await bed.stop("job");
});

test("an init container that fails ends a group with Never, and is run again with any other policy", async () => {
  await using bed = await AciBed.start();
  const init = { name: "init", image: "busybox:1.35", command: ["sh", "-c", "exit 9"] };
  await expect(bed.create("never", groupOf("echo main", { initContainers: [init] }))).rejects.toThrow(/init/);
  expect(await bed.view("never")).toMatchObject({ state: "Failed", provisioning: "Failed", containers: [{ state: "Waiting" }] });
  await bed.ask("always", groupOf("echo main", { initContainers: [init], restartPolicy: "Always" }));
  const view = async () => (await bed.get("always")).initContainers?.[0]?.instanceView;
  await until(view, (state) => (state?.restartCount ?? 0) >= 2);
  expect(await view()).toMatchObject({ previousState: { exitCode: 9 } });
  expect(await bed.view("always")).toMatchObject({ state: "Pending" });
  await bed.create("once", groupOf("sleep 300", { initContainers: [{ ...init, command: ["true"] }], restartPolicy: "Always" }));
  const [{ instanceView } = {}] = (await bed.get("once")).initContainers ?? [];
  expect(instanceView).toMatchObject({ restartCount: 0, currentState: { state: "Terminated", exitCode: 0 } });
});

test("deletes: 204 for what is not there, 200 for what has ended, 202 for what runs, which is then gone", async () => {
  await using bed = await AciBed.start({ delays: { delete: minute } });
  expect((await bed.request("DELETE", "none")).status).toBe(204);
  await bed.create("ended", groupOf("true"));
  await bed.ended("ended");
  const removal = bed.request("DELETE", "ended");
  await pause(50);
  await bed.emulator.clock.advance(minute);
  expect(await removal).toMatchObject({ status: 200, body: { name: "ended" } });
  await bed.create("running", groupOf("echo $$; sleep 300"));
  const pid = Number(await until(() => bed.logs("running"), Boolean));
  const answer = await bed.request("DELETE", "running");
  expect(answer).toMatchObject({ status: 202, body: undefined });
  expect(await bed.request("GET", operationOf(answer))).toMatchObject({ body: { status: "Deleting" } });
  expect(await bed.request("DELETE", "running")).toMatchObject({ status: 409 });
  expect(process.kill(pid, 0)).toBe(true);
  await bed.emulator.clock.advance(minute);
  await until(
    () => bed.request("GET", "running"),
    ({ status }) => status === 404,
  );
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(await bed.request("GET", operationOf(answer))).toMatchObject({ body: { status: "Succeeded" } });
});

test("names are the same whatever their case, and groups of others are not seen", async () => {
  await using bed = await AciBed.start({ pageSize: 2 });
  for (const name of ["one", "two", "three"]) await bed.create(name, groupOf("true"));
  const elsewhere = { ...groupOf("true"), location: "East US" };
  const made = await bed.client.containerGroups.beginCreateOrUpdateAndWait("other", "one", elsewhere, { updateIntervalInMs: 20 });
  expect(made).toMatchObject({ location: "eastus", id: expect.stringContaining("/resourceGroups/other/") as string });
  expect((await bed.list()).map(({ name }) => name)).toEqual(["one", "two", "three"]);
  const all = await Array.fromAsync(bed.client.containerGroups.list());
  expect(all.map(({ name }) => name)).toEqual(["one", "two", "three", "one"]);
  const { id } = await bed.client.containerGroups.get(resourceGroup.toUpperCase(), "two");
  expect(id).toContain(`/resourceGroups/${resourceGroup}/`);
  const theirs = "/subscriptions/99999999-2222-3333-4444-555555555555/providers/Microsoft.ContainerInstance/containerGroups";
  expect((await bed.request("GET", theirs)).body).toEqual({ value: [] });
  expect(await bed.nonconforming()).toEqual([]);
});

test("a port of a group is reached at its address, and its name is told", async () => {
  await using bed = await AciBed.start();
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const script = `require("http").createServer((_, answer) => answer.end("hi")).listen(${port}, "127.0.0.1")`;
  const container = containerOf("", { command: [process.execPath, "-e", script], ports: [{ port }] });
  const ipAddress = { type: "Public", ports: [{ port }], dnsNameLabel: "my-label" };
  const group = await bed.create("web", groupOf("", { containers: [container], ipAddress, restartPolicy: "Always" }));
  expect(group.ipAddress).toMatchObject({
    ip: "127.0.0.1",
    fqdn: "my-label.westeurope.azurecontainer.io",
    ports: [{ port, protocol: "TCP" }],
  });
  const url = `http://${group.ipAddress!.ip}:${port}`;
  expect(
    await until(
      () =>
        fetch(url).then(
          (answer) => answer.text(),
          () => "",
        ),
      Boolean,
    ),
  ).toBe("hi");
});

test("probes: one that is not alive is killed and runs again", async () => {
  await using bed = await AciBed.start();
  const livenessProbe = { exec: { command: ["false"] }, initialDelaySeconds: 60, periodSeconds: 60, failureThreshold: 2 };
  await bed.create(
    "service",
    groupOf("", { containers: [containerOf("sleep 300", { livenessProbe })], restartPolicy: "Always" }),
  );
  for (let minutes = 0; (await bed.view("service")).containers[0]?.restartCount === 0; minutes++) {
    expect(minutes).toBeLessThan(100);
    await bed.emulator.clock.advance(minute);
    await pause(100);
  }
  expect(await bed.view("service")).toMatchObject({
    state: "Running",
    containers: [{ restartCount: 1, previous: 137, events: expect.arrayContaining(["Unhealthy", "Killing"]) }],
  });
  const { events = [] } = (await bed.get("service")).containers[0]!.instanceView!;
  expect(events.find(({ name }) => name === "Unhealthy")).toMatchObject({
    count: 2,
    message: "Liveness probe failed",
    type: "Warning",
  });
});
