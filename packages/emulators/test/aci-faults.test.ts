import { expect, test } from "vitest";
import type { Fault } from "../src/fault.ts";
import { AciBed, groupOf, groupsPath, refusal, until, wireGroup } from "./aci-kit.ts";

const hour = 3_600_000;
const once = (operation: string, fault: Fault) => ({ operation: `aci:${operation}`, fault, times: 1 });
const deployment = (fault: Fault) => once("CreateOrUpdate", fault);

/** A group that is asked for and meets a fault; nothing is waited for. */
async function asked(bed: AciBed, fault: Fault, script = "true"): Promise<string> {
  bed.emulator.faults.add(deployment(fault));
  const { headers } = await bed.request("PUT", "job", JSON.stringify(toWire(groupOf(script))));
  const { pathname, search } = new URL(headers.get("azure-asyncoperation") ?? "http://none");
  return pathname + search;
}

/** As the client writes it. */
function toWire({ location, osType, restartPolicy, containers }: ReturnType<typeof groupOf>): object {
  const wire = containers.map(({ name, ...properties }) => ({ name, properties }));
  return { location, properties: { osType, restartPolicy, containers: wire } };
}

test("throttled, with the time to wait, and the client that waits is answered", async () => {
  await using bed = await AciBed.start({
    faults: [once("Get", { kind: "throttle" }), once("List", { kind: "arm:throttle", retryAfterSeconds: 17 })],
  });
  const { status, headers, body } = await bed.request("GET", "job");
  expect({ status, body, wait: headers.get("retry-after") }).toMatchObject({
    status: 429,
    body: { error: { code: "TooManyRequests" } },
    wait: "1",
  });
  const list = groupsPath.replace(/resourceGroups\/\w+\//, "");
  expect((await bed.request("GET", list)).headers.get("retry-after")).toBe("17");
  await using patient = await AciBed.start(
    { faults: [once("ListByResourceGroup", { kind: "throttle" })] },
    { retryOptions: { maxRetries: 1 } },
  );
  expect(await patient.list()).toEqual([]);
  expect(patient.emulator.journal.counts["aci:ListByResourceGroup"]).toBe(2);
});

test("faults of the wire: done and not answered, not done, answered by something in between, late", async () => {
  await using bed = await AciBed.start();
  const { faults, clock } = bed.emulator;
  faults.add(deployment({ kind: "drop-request" }));
  await expect(bed.request("PUT", "job", wireGroup())).rejects.toThrow();
  expect((await bed.request("GET", "job")).status).toBe(404);
  faults.add(deployment({ kind: "lose-reply" }));
  await expect(bed.request("PUT", "job", wireGroup())).rejects.toThrow();
  expect((await bed.request("GET", "job")).status).toBe(200);
  faults.add(once("Get", { kind: "status", status: 503, html: true }));
  await expect(bed.get("job")).rejects.toMatchObject({ statusCode: 503 });
  faults.add(once("Get", { kind: "latency", ms: hour }));
  const late = bed.get("job");
  await until(
    async () => clock.advance(hour / 2),
    () => bed.emulator.journal.counts["aci:Get"] === 4,
  );
  expect(await late).toMatchObject({ name: "job" });
});

test("any error, before the work and after it", async () => {
  await using bed = await AciBed.start();
  bed.emulator.faults.add(deployment({ kind: "arm:error", code: "Conflict", message: "not now" }));
  await expect(bed.create("job", groupOf("true"))).rejects.toEqual(refusal(409, "Conflict", /not now/));
  await expect(bed.get("job")).rejects.toEqual(refusal(404, "ResourceNotFound"));
  bed.emulator.faults.add(deployment({ kind: "arm:error-after", code: "InternalServerError", status: 500 }));
  await expect(bed.create("job", groupOf("true"))).rejects.toEqual(refusal(500, "InternalServerError"));
  expect(await bed.ended("job")).toMatchObject({ state: "Succeeded" });
});

test("a group that nobody sees for a while", async () => {
  await using bed = await AciBed.start();
  await asked(bed, { kind: "aci:missing-after-create", ms: hour });
  await expect(bed.get("job")).rejects.toEqual(refusal(404, "ResourceNotFound"));
  expect(await bed.list()).toEqual([]);
  expect((await bed.request("POST", "job/stop")).status).toBe(404);
  expect((await bed.request("DELETE", "job")).status).toBe(204);
  // Whoever puts it again does not see it any sooner.
  await until(
    () => bed.request("PUT", "job", toWire(groupOf("true"))),
    ({ status }) => status === 200,
  );
  expect((await bed.request("GET", "job")).status).toBe(404);
  await bed.emulator.clock.advance(hour);
  expect(await bed.ended("job")).toMatchObject({ state: "Succeeded" });
  expect(await bed.list()).toHaveLength(1);
});

test("a list that lacks what is new, and a page of nothing", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("true"));
  bed.emulator.faults.add(once("ListByResourceGroup", { kind: "aci:stale-list", ms: hour }));
  expect(await bed.list()).toEqual([]);
  expect(await bed.list()).toHaveLength(1);
  bed.emulator.faults.add(once("ListByResourceGroup", { kind: "aci:empty-page" }));
  const [first, second] = await Array.fromAsync(bed.client.containerGroups.listByResourceGroup("tests").byPage());
  expect([first?.length, second?.map(({ name }) => name)]).toEqual([0, ["job"]]);
});

test("a group that is seen as it was before", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("true", { tags: { n: "1" } }));
  const tag = async (): Promise<string | undefined> => (await bed.get("job")).tags?.["n"];
  const change = (n: string): Promise<unknown> => bed.client.containerGroups.update("tests", "job", { tags: { n } });
  const stale = once("Get", { kind: "aci:stale-view", ms: hour });
  await tag();
  await change("2");
  bed.emulator.faults.add(stale);
  expect([await tag(), await tag()]).toEqual(["1", "2"]);
  await change("3");
  await bed.emulator.clock.advance(2 * hour);
  bed.emulator.faults.add(stale);
  expect(await tag()).toBe("3");
});

test("a create that takes long", async () => {
  await using bed = await AciBed.start();
  await asked(bed, { kind: "aci:slow-create", ms: hour });
  await bed.emulator.clock.advance(hour / 4);
  expect(await bed.view("job")).toMatchObject({ provisioning: "Pending", state: "Pending" });
  await bed.emulator.clock.advance(hour);
  expect(await bed.ended("job")).toMatchObject({ state: "Succeeded" });
});

test("a create that is refused: no capacity, and an image that is not accessible", async () => {
  await using bed = await AciBed.start({ faults: [deployment({ kind: "aci:no-capacity" })] });
  const message = /'1' CPU '0\.5' GB memory 'Linux' OS/;
  await expect(bed.create("job", groupOf("true"))).rejects.toEqual(refusal(409, "ServiceUnavailable", message));
  bed.emulator.faults.add(deployment({ kind: "aci:inaccessible-image" }));
  await expect(bed.create("job", groupOf("true"))).rejects.toEqual(
    refusal(400, "InaccessibleImage", /'busybox:1\.35'.*not accessible/),
  );
  await expect(bed.get("job")).rejects.toEqual(refusal(404, "ResourceNotFound"));
});

test("a create that fails late, and never runs; the group is there until it is deleted", async () => {
  await using bed = await AciBed.start();
  bed.emulator.faults.add(deployment({ kind: "aci:provisioning-failure", code: "NoRoom", message: "no room" }));
  const failed: unknown = await bed.create("job", groupOf("true")).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  expect(failed).toMatchObject({ message: expect.stringContaining("no room") as string });
  expect(failed).not.toHaveProperty("code");
  const group = await bed.get("job");
  expect(group).toMatchObject({
    provisioningState: "Failed",
    instanceView: { state: "Pending", events: [{ name: "NoRoom", message: "no room", type: "Warning" }] },
  });
  await bed.emulator.clock.advance(hour);
  expect(await bed.view("job")).toMatchObject({ provisioning: "Failed", state: "Pending" });
  await bed.delete("job");
  await expect(bed.get("job")).rejects.toEqual(refusal(404, "ResourceNotFound"));
});

test("a create that fails late, and runs all the same later", async () => {
  await using bed = await AciBed.start();
  const operation = await asked(bed, { kind: "aci:provisioning-failure", afterMs: 60_000, retriesAfterMs: hour / 2 }, "exit 3");
  await bed.emulator.clock.advance(70_000);
  expect(await bed.request("GET", operation)).toMatchObject({
    body: { status: "Failed", error: { code: "ServiceUnavailable" } },
  });
  expect(await bed.view("job")).toMatchObject({ provisioning: "Failed", state: "Pending" });
  await bed.emulator.clock.advance(hour);
  expect(await bed.ended("job")).toMatchObject({ provisioning: "Failed", state: "Failed", containers: [{ exitCode: 3 }] });
});

test("an image that cannot be pulled at first, and one that never can be: after half an hour that has failed, and goes on", async () => {
  await using bed = await AciBed.start();
  await asked(bed, { kind: "aci:pull-failure", times: 2, reason: "no route" });
  expect(await bed.ended("job")).toMatchObject({ state: "Succeeded" });
  const { events = [] } = (await bed.get("job")).containers[0]!.instanceView!;
  expect(events.map(({ name, count }) => [name, count])).toEqual([
    ["Pulling", 3],
    ["Failed", 2],
    ["BackOff", 2],
    ["Pulled", 1],
    ["Started", 1],
  ]);
  expect(events[1]?.message).toBe('Failed to pull image "busybox:1.35": no route');
  await using other = await AciBed.start({ missingImages: ["busybox:1.35"] });
  await other.ask("job", groupOf("true"));
  const countOf = async () =>
    (await other.get("job")).containers[0]?.instanceView?.events?.find(({ name }) => name === "Failed")?.count ?? 0;
  await until(countOf, (count) => count > 0);
  await other.emulator.clock.advance(hour / 2);
  const view = await other.until("job", ({ provisioning }) => provisioning === "Failed");
  expect(view).toMatchObject({ state: "Pending", containers: [{ state: "Waiting" }] });
  const count = await countOf();
  await other.emulator.clock.advance(hour);
  expect(await countOf()).toBeGreaterThan(count);
});

test("a container that is interrupted and runs again, though it must not", async () => {
  await using bed = await AciBed.start();
  await asked(bed, { kind: "aci:interruption", afterMs: 60_000 }, "echo $$; sleep 300");
  const first = await until(() => bed.logs("job").catch(() => ""), Boolean);
  await bed.emulator.clock.advance(60_000);
  const view = await bed.until("job", ({ containers: [main] }) => main?.restartCount === 1 && main.state === "Running");
  expect(view).toMatchObject({ state: "Running", containers: [{ previous: 137 }] });
  expect(await until(() => bed.logs("job"), Boolean)).not.toBe(first);
});

test("a container that fails and runs again, though it must not", async () => {
  await using bed = await AciBed.start();
  await asked(bed, { kind: "aci:restarts-anyway", times: 2 }, "exit 6");
  expect(await bed.ended("job")).toMatchObject({ state: "Failed", containers: [{ exitCode: 6, restartCount: 2, previous: 6 }] });
});

test("stops and deletes that take long, a delete that fails late, and one that is still seen", async () => {
  await using bed = await AciBed.start();
  const { faults, clock } = bed.emulator;
  await bed.create("job", groupOf("sleep 300"));
  faults.add(once("Stop", { kind: "aci:slow-stop", ms: hour }), once("Delete", { kind: "aci:delete-failure", message: "stuck" }));
  await bed.request("POST", "job/stop");
  await clock.advance(hour / 2);
  expect(await bed.view("job")).toMatchObject({ state: "Running" });
  await clock.advance(hour);
  await bed.until("job", ({ state }) => state === "Stopped");
  await expect(bed.delete("job")).rejects.toThrow(/stuck/);
  expect(await bed.get("job")).toMatchObject({ instanceView: { state: "Stopped", events: [{ name: "FailedDelete" }] } });
  faults.add(once("Delete", { kind: "aci:slow-delete", ms: hour }));
  expect((await bed.request("DELETE", "job")).status).toBe(202);
  await clock.advance(hour / 2);
  expect((await bed.request("GET", "job")).status).toBe(200);
  await clock.advance(hour);
  await until(
    () => bed.request("GET", "job"),
    ({ status }) => status === 404,
  );

  await bed.create("ghost", groupOf("true"));
  await bed.ended("ghost");
  faults.add(once("Delete", { kind: "aci:lingers-after-delete", ms: hour }));
  expect((await bed.request("DELETE", "ghost")).status).toBe(200);
  expect((await bed.request("GET", "ghost")).status).toBe(200);
  expect(await bed.list()).toHaveLength(1);
  expect((await bed.request("DELETE", "ghost")).status).toBe(204);
  await clock.advance(hour);
  await until(
    () => bed.request("GET", "ghost"),
    ({ status }) => status === 404,
  );
});

test("lines that come late, only the last of them, and none at all", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("echo one; echo two"));
  await bed.ended("job");
  bed.emulator.faults.add({ operation: "aci:ListLogs", fault: { kind: "aci:late-logs", ms: hour }, times: 2 });
  expect(await bed.logs("job")).toBe("");
  await bed.emulator.clock.advance(hour);
  expect(await bed.logs("job")).toBe("one\ntwo\n");
  bed.emulator.faults.add(once("ListLogs", { kind: "aci:truncated-logs", bytes: 7 }));
  expect(await bed.logs("job")).toBe("two\n");
  bed.emulator.faults.add(once("ListLogs", { kind: "aci:empty-logs" }));
  expect([await bed.logs("job"), await bed.logs("job")]).toEqual(["", "one\ntwo\n"]);
});

test("a socket that breaks: of an exec at once, of an attach after some output", async () => {
  await using bed = await AciBed.start({
    faults: [once("ExecuteCommand", { kind: "aci:break-socket" }), once("Attach", { kind: "aci:break-socket", afterBytes: 10 })],
  });
  await bed.create("job", groupOf("while :; do echo tick; sleep 0.05; done"));
  const attached = await bed.attach("job");
  expect([await attached.closed, attached.text]).toEqual([1006, "tick\ntick\n"]);
  const shell = await bed.exec("job", "sh");
  shell.send("echo hello\n");
  expect([await shell.closed, shell.text]).toEqual([1006, ""]);
});

test("the same seed, rules and requests meet the same faults", async () => {
  const statuses = async (): Promise<number[]> => {
    const fault = { kind: "throttle" } as const;
    await using bed = await AciBed.start({ seed: 7, faults: [{ operation: "aci:*", fault, probability: 0.5 }] });
    const met: number[] = [];
    for (let count = 0; count < 20; count++) met.push((await bed.request("GET", "job")).status);
    return met;
  };
  const [first, second] = [await statuses(), await statuses()];
  expect(first).toEqual(second);
  expect(new Set(first)).toEqual(new Set([404, 429]));
});

test("faults by the control endpoint, which refuses what this cloud does not know", async () => {
  await using bed = await AciBed.start();
  const control = async (body: object): Promise<Response> =>
    fetch(`${bed.emulator.url}/_emulator/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await control({ operation: "aci:Get", fault: { kind: "arm:error", code: "Odd", status: 418 } })).status).toBe(200);
  expect(await bed.request("GET", "job")).toMatchObject({ status: 418, body: { error: { code: "Odd" } } });
  expect((await control({ operation: "aci:Get", fault: { kind: "ecs:capacity" } })).status).toBe(400);
  await expect(AciBed.start({ faults: [{ operation: "aci:Get", fault: { kind: "aci:slow" } }] })).rejects.toThrow(
    /aci:slow-create/,
  );
  expect(await (await fetch(`${bed.emulator.url}/_emulator/health`)).json()).toMatchObject({ cloud: "aci", engine: "process" });
});

test("realistic delays pass as fast as the clock goes", async () => {
  await using bed = await AciBed.start({ realistic: true, quotas: false, speed: 1000 });
  await bed.create("job", groupOf("true"));
  await bed.ended("job");
  const { createdAt } = { createdAt: bed.emulator.journal.entries("aci:CreateOrUpdate")[0]!.at };
  const { startTime } = (await bed.get("job")).containers[0]!.instanceView!.currentState!;
  expect(startTime!.getTime() - createdAt).toBeGreaterThanOrEqual(20_000);
});

test("closing ends what runs, and an emulator that cannot start leaves nothing", async () => {
  const bed = await AciBed.start();
  await bed.create("job", groupOf("echo $$; sleep 300"));
  const pid = Number(await until(() => bed.logs("job"), Boolean));
  const attached = await bed.attach("job");
  await expect(AciBed.start({ port: Number(new URL(bed.emulator.url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(process.kill(pid, 0)).toBe(true);
  await bed[Symbol.asyncDispose]();
  await attached.closed;
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await expect(fetch(bed.emulator.url)).rejects.toThrow();
});
