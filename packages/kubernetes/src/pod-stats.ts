import { instant, LongshoreError, type Mebibytes, type MilliCpu, type Sample, type WorkloadId } from "@longshore/core";
import { type Call, sleep } from "@longshore/core/driver";
import { hasStatus } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import { findInstances, type InstanceParts, isRunning } from "./find-instance.ts";
import { instanceOf } from "./map-service-state.ts";
import { label, mainContainer } from "./object-names.ts";
import type { V1Pod } from "./objects.ts";
import { readQuantity } from "./read-quantity.ts";

/** What of the metrics API's `PodMetrics` is used (k8s.io/metrics, v1beta1). */
interface PodReading {
  readonly metadata: { readonly name: string };
  /** The end of what was measured. */
  readonly timestamp: string;
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
}
interface StatsParts extends InstanceParts {
  readonly cluster: Cluster;
}
/** metrics-server measures every 15 s unless it is told otherwise (its `--metric-resolution`): nothing newer is missed for long. */
const periodMs = 5_000;
const bytesPerMi = 2 ** 20;
const milliPerCore = 1_000;

/** Of the program's own container. Undefined where it was not measured yet. Pure. */
function toSample(pod: V1Pod, { timestamp, containers }: PodReading): Sample | undefined {
  const usage = containers.find(({ name }) => name === mainContainer)?.usage;
  if (usage === undefined) return undefined;
  return {
    at: instant(Date.parse(timestamp)),
    instance: instanceOf(pod),
    cpu: Math.round(readQuantity(usage["cpu"] ?? "0") * milliPerCore) as MilliCpu,
    memory: (readQuantity(usage["memory"] ?? "0") / bytesPerMi) as Mebibytes,
  };
}

/** One request for all of a workload's pods. Where a cluster has no metrics API: `unsupported`. */
async function readings(cluster: Cluster, id: WorkloadId, signal: AbortSignal): Promise<readonly PodReading[]> {
  const { namespace } = cluster;
  const query = { group: "metrics.k8s.io", version: "v1beta1", namespace, plural: "pods", labelSelector: `${label.id}=${id}` };
  try {
    const found: unknown = await cluster.call({ operation: "metrics list", signal }, ({ custom }, options) =>
      custom.listNamespacedCustomObject(query, options),
    );
    return (found as { readonly items?: readonly PodReading[] }).items ?? [];
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    const message = "the cluster has no metrics API; metrics-server gives it one";
    throw new LongshoreError(message, { code: "unsupported", operation: "stats", workload: id, cause: error });
  }
}

/** As often as the cluster measures. Ends when nothing of it runs any more. */
export async function* podStats(parts: StatsParts, id: WorkloadId, { signal }: Call): AsyncGenerator<Sample, void, void> {
  const latest = new Map<string, string>();
  for (;;) {
    const running = (await findInstances(parts, id, signal)).filter(isRunning);
    if (running.length === 0) return;
    const pods = new Map(running.map((pod) => [pod.metadata?.name, pod]));
    for (const reading of await readings(parts.cluster, id, signal)) {
      const pod = pods.get(reading.metadata.name);
      if (pod === undefined || latest.get(reading.metadata.name) === reading.timestamp) continue;
      latest.set(reading.metadata.name, reading.timestamp);
      const sample = toSample(pod, reading);
      if (sample !== undefined) yield sample;
    }
    await sleep(periodMs, signal);
  }
}
