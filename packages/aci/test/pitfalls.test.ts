import { type FaultCode, LongshoreError, memoryStore, type TaskState } from "@longshore/core";
import type { Fault } from "@longshore/emulators";
import { describe, expect, test } from "vitest";
import { textsOf, World } from "./world.ts";

const isCode =
  (code: FaultCode, words = /./) =>
  (error: unknown): boolean =>
    LongshoreError.is(error) && error.code === code && words.test(error.message);
const once = (operation: string, fault: Fault) => ({ operation: `aci:${operation}`, fault, times: 1 });

describe("started once", () => {
  test("a second PUT would run it again: who is second is refused, and finds the first", async () => {
    await using world = await World.open();
    const spec = world.task("echo mark; sleep 0.2");
    const others = await Promise.all(Array.from({ length: 8 }, () => world.another()));
    const found = await Promise.all(others.map((runtime) => runtime.start(spec)));
    expect(new Set(found.map(({ nativeId }) => nativeId)).size).toBe(1);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(world.emulator.journal.entries("aci:CreateOrUpdate").filter(({ status }) => status === 201)).toHaveLength(1);
    expect(world.emulator.journal.entries("aci:CreateOrUpdate").filter(({ status }) => status === 200)).toHaveLength(0);
  });
  test("what has ended is not run again by a start that looked before it was there", async () => {
    // Every look is late: none is young enough for what would come after it.
    await using world = await World.open({ delays: { pending: 0 } }, { config: { freshMs: 20 } });
    const spec = world.task("echo mark");
    world.emulator.faults.add({ operation: "aci:Get", fault: { kind: "latency", ms: 60 } });
    await expect(world.runtime.start(spec)).rejects.toSatisfy(isCode("unavailable", /too late/));
    expect(world.calls("CreateOrUpdate")).toBe(0);
    world.emulator.faults.clear();
    await world.runtime.start(spec);
    expect(world.calls("CreateOrUpdate")).toBe(1);
  });
  test("a creation whose answer is lost is looked for, also where Azure shows it late", async () => {
    await using world = await World.open();
    const spec = world.task("echo mark; sleep 0.2");
    world.emulator.faults.add(once("CreateOrUpdate", { kind: "aci:missing-after-create", ms: 600 }));
    world.emulator.faults.add(once("CreateOrUpdate", { kind: "lose-reply" }));
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(world.calls("CreateOrUpdate")).toBe(1);
  });
  test("a throttled look at the operation is no refusal of the creation", async () => {
    await using world = await World.open();
    const spec = world.task("echo mark");
    world.emulator.faults.add({ operation: "aci:GetOperation", fault: { kind: "throttle" } });
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
    expect(world.calls("CreateOrUpdate")).toBe(1);
  });
});

describe("how it ends", () => {
  test("a task that is run again although it must not is stopped, and was interrupted", async () => {
    await using world = await World.open();
    world.emulator.faults.add(once("CreateOrUpdate", { kind: "aci:interruption", afterMs: 300 }));
    const spec = world.task("echo mark; sleep 60");
    await world.runtime.start(spec);
    const phases: TaskState["phase"][] = [];
    for await (const seen of world.runtime.observe(spec.id)) if (seen.kind === "task") phases.push(seen.state.phase);
    expect(phases.filter((phase) => phase === "exited")).toHaveLength(1);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "failed", diagnosis: { code: "interrupted" } });
    expect(await world.bed.running(world.owner, spec.id)).toEqual([]);
  });
  test("what could not be provisioned is deleted, then told", async () => {
    await using world = await World.open();
    const fault = { kind: "aci:provisioning-failure", retriesAfterMs: 60_000 } as const;
    world.emulator.faults.add(once("CreateOrUpdate", fault));
    const spec = world.task("echo mark");
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code: "no-capacity", retryable: true } });
    await expect.poll(() => world.bed.groups(world.owner)).toEqual([]);
    expect(await world.runtime.inspect(spec.id)).toMatchObject({ kind: "task", state: ending });
    await world.runtime.remove(spec.id);
    expect(await world.runtime.inspect(spec.id)).toMatchObject({ kind: "absent" });
  });
  test("no capacity at once is an error, and leaves nothing", async () => {
    await using world = await World.open();
    world.emulator.faults.add(once("CreateOrUpdate", { kind: "aci:no-capacity" }));
    await expect(world.runtime.start(world.task("true"))).rejects.toSatisfy(
      isCode("unavailable", /not available in the location/),
    );
    expect(await world.bed.groups(world.owner)).toEqual([]);
  });
  test("an image that comes after some tries is no bad image", async () => {
    await using world = await World.open({}, { config: { pullPatienceMs: 20_000 } });
    world.emulator.faults.add(once("CreateOrUpdate", { kind: "aci:pull-failure", times: 2 }));
    const spec = world.task("echo mark");
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "succeeded" });
  });
  test("an image that never comes is given up, and another process knows why", async () => {
    await using world = await World.open({ missingImages: ["nobody/has:1"] });
    const spec = world.task("true", { image: "nobody/has:1" });
    await world.runtime.start(spec);
    const ending = await world.runtime.wait(spec.id);
    expect(ending).toMatchObject({ outcome: "failed", diagnosis: { code: "image-not-found" } });
    const other = await world.another();
    expect(await other.wait(spec.id)).toEqual(ending);
  });
  test("provisioned is not succeeded", async () => {
    await using world = await World.open();
    const spec = world.task("exit 2");
    await world.runtime.start(spec);
    expect(await world.runtime.wait(spec.id)).toMatchObject({ outcome: "failed", exit: { code: 2 } });
    const [group] = await world.bed.groups(world.owner);
    expect((await world.bed.get(group!.name!)).provisioningState).toBe("Succeeded");
  });
  test("stopped by somebody else is interrupted, by us is stopped", async () => {
    await using world = await World.open();
    const [theirs, ours] = [world.task("sleep 60"), world.task("sleep 60")];
    await Promise.all([theirs, ours].map((spec) => world.runtime.start(spec)));
    const [group] = await world.bed.groups(world.owner, theirs.id);
    await world.bed.client.containerGroups.stop("tests", group!.name!);
    expect(await world.runtime.wait(theirs.id)).toMatchObject({ outcome: "failed", diagnosis: { code: "interrupted" } });
    expect(await world.runtime.stop(ours.id)).toMatchObject({ state: "confirmed" });
    expect(await world.runtime.wait(ours.id)).toMatchObject({ outcome: "stopped" });
  });
});

describe("stop and remove take their time", () => {
  test("a stop is told when it has stopped, and no sooner", async () => {
    await using world = await World.open();
    world.emulator.faults.add({ operation: "aci:Stop", fault: { kind: "aci:slow-stop", ms: 1000 } });
    const spec = world.task("sleep 60");
    await world.runtime.start(spec);
    await expect.poll(async () => (await world.runtime.inspect(spec.id)).kind).toBe("task");
    expect(await world.runtime.stop(spec.id)).toMatchObject({ state: "confirmed" });
    expect(await world.bed.running(world.owner, spec.id)).toEqual([]);
  });
  test("a deletion that fails late is asked for again, and one that lingers is waited for", async () => {
    await using world = await World.open();
    world.emulator.faults.add(once("Delete", { kind: "aci:delete-failure" }));
    world.emulator.faults.add({ operation: "aci:Delete", fault: { kind: "aci:lingers-after-delete", ms: 400 }, first: 2 });
    const spec = world.task("sleep 60");
    await world.runtime.start(spec);
    await world.runtime.remove(spec.id);
    expect(await world.bed.groups(world.owner)).toEqual([]);
    expect(world.calls("Delete")).toBeGreaterThan(1);
  });
});

describe("whose it is", () => {
  test("a list tells nothing of how a group is: each is looked at, page after page", async () => {
    await using world = await World.open({ pageSize: 2 });
    const specs = Array.from({ length: 5 }, () => world.task("exit 3"));
    await Promise.all(specs.map((spec) => world.runtime.start(spec)));
    await Promise.all(specs.map(({ id }) => world.runtime.wait(id)));
    world.emulator.faults.add(once("ListByResourceGroup", { kind: "aci:empty-page" }));
    const listed = await Array.fromAsync(world.runtime.list());
    const codes = listed.map((one) => (one.kind === "task" && one.state.phase === "exited" ? one.state.exit?.code : undefined));
    expect(codes).toEqual([3, 3, 3, 3, 3]);
  });
  test("what bears no tags of ours is nobody's business", async () => {
    await using world = await World.open();
    const { client } = world.bed;
    const container = {
      name: "main",
      image: "busybox:1.35",
      command: ["sleep", "60"],
      resources: { requests: { cpu: 1, memoryInGB: 1 } },
    };
    const strange = { location: "westeurope", osType: "Linux", containers: [container] };
    await client.containerGroups.beginCreateOrUpdate("tests", "a-stranger", strange);
    expect(await Array.fromAsync(world.runtime.list())).toEqual([]);
    expect(await world.runtime.sweep({ graceMs: 0 })).toMatchObject({ removed: [] });
    expect((await world.bed.get("a-stranger")).name).toBe("a-stranger");
  });
});

describe("secrets", () => {
  test("variables and files reach the program, and Azure tells neither", async () => {
    const secrets = { resolve: async (key: string) => `value of ${key}` };
    await using world = await World.open({}, { open: { secrets } });
    const spec = world.task('printf %s "$A" | tr a-z A-Z; tr a-z A-Z < "$B_FILE"; sleep 0.5', {
      secrets: { A: { resolve: "a", as: "env" }, B: { resolve: "b", as: "file" } },
    });
    await world.runtime.start(spec);
    const said = textsOf(await Array.fromAsync(world.runtime.logs(spec.id, { follow: true })));
    expect(said).toEqual(["VALUE OF AVALUE OF B"]);
    const [group] = await world.bed.groups(world.owner);
    expect(JSON.stringify(await world.bed.get(group!.name!))).not.toMatch(/value of/);
  });
});

describe("errors", () => {
  test.each([
    ["AuthorizationFailed", 403, "permission-denied"],
    ["ContainerGroupQuotaReached", 400, "quota-exceeded"],
    ["InaccessibleImage", 400, "image-not-found"],
    ["InvalidContainerName", 400, "invalid-spec"],
    ["ResourceGroupNotFound", 404, "invalid-config"],
  ] as const)("%s with %d is %s", async (code, status, expected) => {
    await using world = await World.open();
    world.emulator.faults.add({ operation: "aci:CreateOrUpdate", fault: { kind: "arm:error", code, status } });
    await expect(world.runtime.start(world.task("true"))).rejects.toSatisfy(isCode(expected));
  });
  test("a resource group that does not exist is found at open", async () => {
    await expect(World.open({ resourceGroups: ["others"] })).rejects.toSatisfy(isCode("invalid-config", /tests/));
  });
});

describe("preflight", () => {
  test("all is well", async () => {
    await using world = await World.open();
    expect(await world.runtime.capabilities.preflight.preflight(world.task("true"))).toEqual([]);
  });
  test("a location without capacity, and one with less than is asked for", async () => {
    await using full = await World.open({ locations: { westeurope: { maxCpu: 0 } } });
    const { preflight } = full.runtime.capabilities.preflight;
    expect(await preflight(undefined)).toEqual([
      { what: "host-size", message: "westeurope has no capacity for Linux container groups", hint: expect.any(String) },
    ]);
    await using small = await World.open({ locations: { westeurope: { maxCpu: 2, maxMemoryInGB: 4 } } });
    const found = await small.runtime.capabilities.preflight.preflight(small.task("true", { resources: { memory: "5Gi" } }));
    expect(found).toEqual([
      { what: "host-size", message: expect.stringMatching(/5 GB.*at most 2 CPU and 4 GB/), hint: expect.any(String) },
    ]);
  });
  test("a right that is missing is named", async () => {
    const denied = "Microsoft.ContainerInstance/containerGroups/delete";
    await using world = await World.open({ deniedActions: [denied] });
    const found = await world.runtime.capabilities.preflight.preflight(undefined);
    expect(found).toEqual([{ what: "permission", message: expect.stringContaining(denied), hint: expect.any(String) }]);
  });
  test("a location that does not exist", async () => {
    await using world = await World.open({ locations: { northeurope: {} } });
    const found = await world.runtime.capabilities.preflight.preflight(undefined);
    expect(found.every(({ what, message }) => what === "network" && /westeurope/.test(message))).toBe(true);
    expect(found).not.toEqual([]);
  });
});

describe("what Azure tells", () => {
  test("events are the backend's log", async () => {
    await using world = await World.open();
    const spec = world.task("exit 3");
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const said = textsOf(await Array.fromAsync(world.runtime.capabilities.backendLogs.backendLogs(spec.id)));
    expect(said.some((text) => /container main: Normal Pulled/.test(text))).toBe(true);
    expect(said.some((text) => /container main: Normal Started/.test(text))).toBe(true);
  });
  test("events of Event Grid name the workload, in both schemas, ours alone", async () => {
    await using world = await World.open();
    const { ingest } = world.runtime.capabilities.ingest;
    const root = "/subscriptions/s/resourceGroups/tests/providers/Microsoft.ContainerInstance/containerGroups";
    const event = (name: string) => ({ subject: `${root}/${name}`, eventType: "Microsoft.Resources.ResourceWriteSuccess" });
    const { owner } = world;
    const changed = { kind: "changed", id: "one-2" };
    expect(await ingest([event(`${owner}-one-2`)])).toEqual([changed]);
    expect(
      await ingest(
        JSON.stringify({ subject: `${root}/0${owner}-one-2-0-abcd1234`, type: "Microsoft.Resources.ResourceDeleteSuccess" }),
      ),
    ).toEqual([changed]);
    expect(await ingest(event("other-one-2"))).toEqual([]);
    await expect(ingest({ hello: 1 })).rejects.toSatisfy(isCode("invalid-argument"));
  });
});

test("with a store, an id that was deleted since it could not be deployed is not forgotten by its claims", async () => {
  const store = memoryStore();
  await using world = await World.open({}, { open: { store } });
  world.emulator.faults.add(once("CreateOrUpdate", { kind: "aci:provisioning-failure", retriesAfterMs: 60_000 }));
  const spec = world.task("echo mark");
  await world.runtime.start(spec);
  await world.runtime.wait(spec.id);
  await expect.poll(() => world.bed.groups(world.owner)).toEqual([]);
  const other = await world.another({ open: { store } });
  expect(await other.inspect(spec.id)).toMatchObject({ kind: "lost" });
});
