import { type Ending, workloadId } from "@longshore/core";
import { afterAll, beforeEach, expect, test } from "vitest";
import { kubernetesHarness } from "./harness.ts";
import { cleanUp, countedRequests, natives, needCluster, roomForPods, sh, someOwner } from "./kit.ts";

const owner = someOwner();
const harness = await kubernetesHarness();
beforeEach(needCluster);
afterAll(async () => {
  await cleanUp(owner);
  await harness.close();
});
/** What the issue of requests per task is held to. */
const mostRequestsEach = 8;
const defaultCount = 200;

test("more tasks at once than the nodes take: none fails for it, each ends rightly, and few requests are made", async () => {
  const count = Number(process.env["LONGSHORE_TEST_TASKS"] ?? defaultCount);
  const room = await roomForPods();
  await using route = await harness.faults.route({ kind: "none" });
  await using runtime = await harness.open({ owner, through: route.through });
  const before = route.requests();
  const countedBefore = await countedRequests("pods");
  const one = async (index: number): Promise<Ending> => {
    const spec = sh(`many-${index}`, `sleep 15; echo ${index}; exit ${index % 3}`);
    await runtime.start(spec);
    const ending = await runtime.wait(spec.id);
    const lines = await Array.fromAsync(runtime.logs(spec.id));
    expect(lines.map((line) => ("text" in line ? line.text : line.gap))).toEqual([String(index)]);
    await runtime.remove(spec.id);
    return ending;
  };
  const endings = await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  expect(endings.map((ending) => ending.exit?.code)).toEqual(endings.map((_, index) => index % 3));
  const each = (route.requests() - before) / count;
  const counted = ((await countedRequests("pods")) ?? NaN) - (countedBefore ?? NaN);
  console.log(
    `${(counted / count).toFixed(1)} requests of pods each by the API server's own count, kubelet and scheduler included`,
  );
  console.log(
    `${count} tasks at once, room for ${room} pods: ${each.toFixed(1)} requests each, ${route.connections()} connections at the end`,
  );
  expect(each).toBeLessThanOrEqual(mostRequestsEach);
  expect(route.connections()).toBeLessThan(40);
  expect(await natives(owner)).toEqual([]);
  expect(await Array.fromAsync(runtime.list())).toEqual([]);
  expect((await runtime.inspect(workloadId("many-0"))).kind).toBe("absent");
}, 1_500_000);
