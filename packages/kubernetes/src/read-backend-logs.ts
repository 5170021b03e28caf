import type { CoreV1Event } from "./objects.ts";
import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { Cluster } from "./cluster.ts";
import type { Deployments } from "./deployments.ts";
import type { Pods } from "./pods.ts";

export interface BackendLogParts {
  readonly cluster: Cluster;
  readonly pods: Pods;
  readonly deployments: Deployments;
}
interface Referred {
  readonly kind?: string | undefined;
  readonly metadata?: { readonly name?: string; readonly uid?: string };
}
/** The client gives times of microseconds as something else than a Date. */
const milliseconds = (time: unknown): number => (time instanceof Date ? time.getTime() : Date.parse(String(time)));
const timeOf = ({ lastTimestamp, eventTime, firstTimestamp, metadata }: CoreV1Event): number => {
  const times = [lastTimestamp, eventTime, firstTimestamp, metadata?.creationTimestamp].map(milliseconds);
  return times.find((time) => !Number.isNaN(time)) ?? 0;
};

/** What the cluster's events tell of the workload's objects, oldest first. A cluster keeps them for an hour. */
export async function* readBackendLogs(
  { cluster, pods, deployments }: BackendLogParts,
  id: WorkloadId,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const [task, view] = [await pods.find(id, signal), await deployments.view(id, signal)];
  const objects: readonly Referred[] = [
    ...(task === undefined ? [] : [task]),
    ...(view === undefined ? [] : [view.deployment, ...view.pods]),
  ];
  if (objects.length === 0)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "backendLogs", workload: id });
  const lists = await Promise.all(objects.map((object) => eventsOf(cluster, object, signal)));
  const between = view === undefined ? [] : await eventsOfReplicaSets(cluster, view.deployment, signal);
  const events = [...lists.flat(), ...between].toSorted((a, b) => timeOf(a) - timeOf(b));
  yield events.map((event) => toItem(event));
}

const eventsOf = (cluster: Cluster, { metadata }: Referred, signal: AbortSignal): Promise<readonly CoreV1Event[]> =>
  eventsWhere(cluster, `involvedObject.uid=${metadata?.uid ?? ""}`, signal);

/** What a quota or an admission refuses is told of at the Deployment's replica sets, which are named after it. */
async function eventsOfReplicaSets(
  cluster: Cluster,
  { metadata }: Referred,
  signal: AbortSignal,
): Promise<readonly CoreV1Event[]> {
  const all = await eventsWhere(cluster, "involvedObject.kind=ReplicaSet", signal);
  return all.filter(({ involvedObject }) => involvedObject.name?.replace(/-[a-z0-9]+$/, "") === metadata?.name);
}

async function eventsWhere(cluster: Cluster, fieldSelector: string, signal: AbortSignal): Promise<readonly CoreV1Event[]> {
  const query = { namespace: cluster.namespace, fieldSelector };
  const { items } = await cluster.call({ operation: "event list", signal }, ({ core }, options) =>
    core.listNamespacedEvent(query, options),
  );
  return items;
}

/** The latest of what the cluster warns of, in one line. */
export async function lastWarning(cluster: Cluster, object: Referred, signal: AbortSignal): Promise<string | undefined> {
  const warnings = (await eventsOf(cluster, object, signal)).filter(({ type }) => type === "Warning");
  const latest = warnings.toSorted((a, b) => timeOf(a) - timeOf(b)).at(-1);
  return latest === undefined ? undefined : `${latest.reason ?? ""}: ${(latest.message ?? "").replace(/\s+/g, " ").trim()}`;
}

function toItem(event: CoreV1Event): DriverLogItem {
  const { type = "Normal", reason = "", message = "", count = 1, involvedObject, metadata } = event;
  const at = instant(timeOf(event));
  const times = count > 1 ? ` (${count} times)` : "";
  return {
    kind: "event",
    event: `${metadata?.uid ?? ""}.${count}`,
    stream: type === "Normal" ? "stdout" : "stderr",
    instance: `${(involvedObject.kind ?? "object").toLowerCase()} ${involvedObject.name ?? ""}`,
    at,
    position: at,
    text: `${reason}: ${message.replace(/\s+/g, " ").trim()}${times}`,
  };
}
