import { expect, test } from "vitest";
import { AciBed, containerOf, groupOf, groupsPath, location, refusal, subscription, wireGroup } from "./aci-kit.ts";

const minute = 60_000;
const nowhere = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.ContainerInstance/locations/nowhere";
/** Groups that take no process. */
const slow = { operation: "aci:CreateOrUpdate", fault: { kind: "aci:slow-create" as const, ms: 1e9 } };

/** So many groups, one after the other. @returns how many were refused for their speed, and the wait that the last of these was told. */
async function put(bed: AciBed, from: number, count: number): Promise<{ refused: number; retryAfter: number | undefined }> {
  let refused = 0;
  let retryAfter: number | undefined;
  for (let index = from; index < from + count; index++) {
    const { status, headers } = await bed.request("PUT", `job-${index}`, wireGroup());
    if (status !== 429) continue;
    refused++;
    retryAfter = Number(headers.get("retry-after"));
  }
  return { refused, retryAfter };
}

/** Deletes as many as there are, without hurry. */
async function clear(bed: AciBed): Promise<void> {
  for (const { name } of await bed.list()) await bed.request("DELETE", name!);
  await bed.emulator.clock.advance(1000);
}

test("100 creates in five minutes and 300 in an hour, and so many deletes", async () => {
  // Its clock all but stands, so that nothing depends on how long requests take.
  await using bed = await AciBed.start({ quotas: true, faults: [slow], speed: 0.001 });
  expect(await put(bed, 0, 101)).toEqual({ refused: 1, retryAfter: 300 });
  await bed.emulator.clock.advance(5 * minute);
  await clear(bed);
  expect((await bed.request("DELETE", "job-100")).status).toBe(204);
  expect(await put(bed, 100, 100)).toMatchObject({ refused: 0 });
  const { status, body } = await bed.request("DELETE", "job-100");
  expect([status, body]).toMatchObject([
    429,
    {
      error: { code: "TooManyRequests", message: expect.stringMatching(/'ContainerGroupDeletion'.*'100'.*'00:05:00'/) as string },
    },
  ]);
  await bed.emulator.clock.advance(5 * minute);
  await clear(bed);
  await bed.emulator.clock.advance(5 * minute);
  expect(await put(bed, 200, 100)).toMatchObject({ refused: 0 });
  await bed.emulator.clock.advance(5 * minute);
  await clear(bed);
  const last = await put(bed, 300, 1);
  expect(last.refused).toBe(1);
  expect(last.retryAfter).toBeGreaterThan(30 * 60);
  await bed.emulator.clock.advance(60 * minute);
  expect(await put(bed, 300, 1)).toMatchObject({ refused: 0 });
});

test("100 groups and 100 cores in a region, of which a group that has ended has none", async () => {
  await using bed = await AciBed.start({ quotas: true });
  const large = (cpu: number) =>
    groupOf("", { containers: [containerOf("sleep 300", { resources: { requests: { cpu, memoryInGB: 1 } } })] });
  const usage = async () =>
    (await Array.fromAsync(bed.client.location.listUsage(location))).map(({ name, currentValue, limit }) => [
      name?.value,
      currentValue,
      limit,
    ]);
  for (let index = 0; index < 25; index++) await bed.ask(`job-${index}`, large(4));
  expect(await usage()).toEqual([
    ["ContainerGroups", 25, 100],
    ["StandardCores", 100, 100],
  ]);
  const refused = refusal(
    400,
    "ContainerGroupQuotaReached",
    /'StandardCores' exceeded in region 'westeurope'\. Limit: '100', Usage: '100' Requested: '1'/,
  );
  await expect(bed.create("more", large(1))).rejects.toEqual(refused);
  await bed.create("elsewhere", { ...large(1), location: "eastus" });
  await bed.until("job-0", ({ state }) => state === "Running");
  await bed.stop("job-0");
  await bed.create("more", large(4));
  expect(await bed.nonconforming()).toEqual([]);
});

test("how fast a subscription may ask for anything", async () => {
  await using bed = await AciBed.start({ quotas: true, speed: 0.001 });
  const answers = await Promise.all(Array.from({ length: 300 }, () => bed.request("GET", "none")));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(50);
  expect(refused[0]).toMatchObject({ body: { error: { code: "SubscriptionRequestsThrottled" } } });
  expect(refused[0]!.headers.get("retry-after")).toBe("1");
  const other = groupsPath.replace(subscription, "99999999-2222-3333-4444-555555555555");
  expect((await bed.request("GET", `${other}/none`)).status).toBe(404);
});

test("nothing of it holds unless it is asked for", async () => {
  await using bed = await AciBed.start({ faults: [slow] });
  expect(await put(bed, 0, 120)).toEqual({ refused: 0, retryAfter: undefined });
});

test("what a location has, and what is too large for it or has no room there", async () => {
  await using bed = await AciBed.start({
    locations: { westeurope: { maxCpu: 2, maxMemoryInGB: 8 }, full: { maxCpu: 0 }, eastus: {} },
    cachedImages: ["busybox:1.35"],
  });
  const capabilities = async (name: string) => Array.fromAsync(bed.client.location.listCapabilities(name));
  expect(await capabilities("West Europe")).toMatchObject([
    {
      resourceType: "containerGroups",
      osType: "Linux",
      location: "westeurope",
      gpu: "None",
      capabilities: { maxCpu: 2, maxMemoryInGB: 8, maxGpuCount: 0 },
    },
    { osType: "Windows" },
  ]);
  expect(await capabilities("eastus")).toMatchObject([{ capabilities: { maxCpu: 4, maxMemoryInGB: 16 } }, {}]);
  expect(await capabilities("full")).toEqual([]);
  const unknown = refusal(400, "LocationNotAvailableForResourceType");
  await expect(capabilities("nowhere")).rejects.toEqual(unknown);
  expect((await bed.request("GET", `${nowhere}/usages`)).status).toBe(400);
  expect(await Array.fromAsync(bed.client.location.listCachedImages("eastus"))).toEqual([
    { osType: "Linux", image: "busybox:1.35" },
  ]);
  const sized = (where: string, cpu: number, memoryInGB: number) =>
    bed.create("job", {
      ...groupOf("true"),
      location: where,
      containers: [containerOf("true", { resources: { requests: { cpu, memoryInGB } } })],
    });
  const unavailable = refusal(409, "ServiceUnavailable", /'300' GB memory 'Linux' OS/);
  await expect(sized("eastus", 1, 300)).rejects.toEqual(unavailable);
  await expect(sized("westeurope", 3, 1)).rejects.toEqual(refusal(409, "ServiceUnavailable"));
  await expect(sized("full", 0.5, 0.5)).rejects.toEqual(refusal(409, "ServiceUnavailable"));
  await expect(sized("nowhere", 1, 1)).rejects.toEqual(unknown);
  await sized("eastus", 4, 16);
  await expect(sized("westeurope", 1, 1)).rejects.toEqual(refusal(409, "InvalidResourceLocation"));
  expect(await bed.nonconforming()).toEqual([]);
});

test("resource groups that exist, and actions that the caller lacks", async () => {
  const deniedActions = [
    "Microsoft.ContainerInstance/containerGroups/write",
    "microsoft.containerinstance/containergroups/containers/exec/action",
  ];
  await using bed = await AciBed.start({ resourceGroups: ["Tests"], deniedActions });
  expect(await bed.list()).toEqual([]);
  const other = await bed.request("GET", groupsPath.replace("/tests/", "/other/"));
  expect(other).toMatchObject({ status: 404, body: { error: { code: "ResourceGroupNotFound" } } });
  await expect(bed.create("job", groupOf("true"))).rejects.toEqual(
    refusal(
      403,
      "AuthorizationFailed",
      /does not have authorization to perform action 'Microsoft\.ContainerInstance\/containerGroups\/write'/,
    ),
  );
  await expect(bed.exec("job", "sh")).rejects.toEqual(refusal(403, "AuthorizationFailed"));
  const permissions = groupsPath.replace(/Microsoft.*/, "Microsoft.Authorization/permissions");
  expect(await bed.request("GET", permissions)).toMatchObject({
    body: { value: [{ actions: ["*"], notActions: deniedActions }] },
  });
});
