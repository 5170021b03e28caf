import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import { afterAll, expect, test } from "vitest";
import { cleanUp, kubeConfig, namespace, needCluster, open, podsOf, sh, someOwner } from "./kit.ts";
import { plainProxy } from "./plain-proxy.ts";

const owner = someOwner();
afterAll(async () => cleanUp(owner));
const sleeper = (id: string) => sh(id, "sleep 60");
/** Set before a run to what its pod is called. */
const metered: { name?: string | undefined; asked: string[]; second: number } = { asked: [], second: 0 };
const isMetrics = (path: string): boolean => path.startsWith("/apis/metrics.k8s.io/");

/** The metrics API as metrics-server speaks it: `usage` as quantities, one timestamp to a window. */
async function metricsOf(path: string): Promise<object | undefined> {
  if (!isMetrics(path)) return undefined;
  metered.asked.push(decodeURIComponent(path));
  metered.second++;
  const usage = { cpu: `${metered.second * 1_500_000}n`, memory: `${metered.second * 2048}Ki` };
  const timestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, Math.ceil(metered.second / 2))).toISOString();
  const one = { metadata: { name: metered.name }, timestamp, window: "15s", containers: [{ name: "main", usage }] };
  const other = { ...one, metadata: { name: "somebody-elses" } };
  return { kind: "PodMetricsList", apiVersion: "metrics.k8s.io/v1beta1", metadata: {}, items: [other, one] };
}

test("each measurement once, until nothing runs", async (context) => {
  await needCluster(context);
  const folder = await mkdtemp(join(tmpdir(), "longshore-stats-"));
  const proxy = await plainProxy(kubeConfig, metricsOf);
  try {
    const kubeconfig = join(folder, "config");
    const clusters = [{ name: "c", cluster: { server: `http://127.0.0.1:${proxy.port}`, "insecure-skip-tls-verify": true } }];
    const contexts = [{ name: "x", context: { cluster: "c", user: "u", namespace } }];
    await writeFile(kubeconfig, JSON.stringify({ clusters, contexts, users: [{ name: "u" }], "current-context": "x" }));
    await using runtime = await open(owner, { kubeconfig });
    const spec = sleeper("metered");
    await runtime.start(spec);
    metered.name = (await podsOf(owner, spec.id))[0]?.metadata?.name;
    const seen: object[] = [];
    for await (const sample of runtime.capabilities.stats.stats(spec.id)) {
      if (seen.push(sample) === 2) await runtime.stop(spec.id);
    }
    const instance = expect.any(String);
    // The second answer has the first one's time: nothing was measured in between.
    expect(seen.slice(0, 2)).toEqual([
      { at: instant(Date.UTC(2026, 0, 1, 0, 0, 1)), instance, cpu: 2, memory: 2 },
      { at: instant(Date.UTC(2026, 0, 1, 0, 0, 2)), instance, cpu: 5, memory: 6 },
    ]);
    expect(metered.asked[0]).toContain(`/namespaces/${namespace}/pods?labelSelector=longshore/id=metered`);
    await runtime.remove(spec.id);
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true });
  }
}, 120_000);

test("a cluster without the metrics API, and a workload that is not there", async (context) => {
  await needCluster(context);
  await using runtime = await open(owner);
  const spec = sleeper("unmetered");
  await runtime.start(spec);
  const failure = async (id: WorkloadId): Promise<unknown> =>
    Array.fromAsync(runtime.capabilities.stats.stats(id)).catch((error: unknown) => error);
  const error = await failure(spec.id);
  expect(LongshoreError.is(error) && [error.code, error.message].join(": ")).toMatch(/^unsupported: .*metrics-server/);
  expect(LongshoreError.is(await failure("nobody" as WorkloadId), "not-found")).toBe(true);
  await runtime.remove(spec.id);
}, 120_000);
