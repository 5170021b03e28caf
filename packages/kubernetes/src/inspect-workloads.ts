import type { V1Pod } from "./objects.ts";
import { instant, type Leftover, type ListFilter, type Workload, type WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";
import { type Deployments, viewOf } from "./deployments.ts";
import { mapPod } from "./map-pod-state.ts";
import { mapService } from "./map-service-state.ts";
import { label } from "./object-names.ts";
import type { Pods } from "./pods.ts";
import type { Secrets } from "./secrets.ts";

export interface InspectParts {
  readonly pods: Pods;
  readonly deployments: Deployments;
  readonly secrets: Secrets;
}
interface Bearing {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: Date;
  };
}
const idOf = ({ metadata }: Bearing): WorkloadId => metadata?.labels?.[label.id] as WorkloadId;

/** Tasks in as few requests as it takes; only what is none is looked for among the services. */
export async function inspectWorkloads(
  { pods, deployments }: InspectParts,
  ids: readonly WorkloadId[],
  signal: AbortSignal,
): Promise<readonly DriverInspection[]> {
  const tasks = await pods.findAll(ids, signal);
  const others = ids.filter((id) => !tasks.has(id));
  const views = await Promise.all(others.map(async (id) => [id, await deployments.view(id, signal)] as const));
  const services = new Map(views);
  return ids.map((id) => {
    const [pod, view] = [tasks.get(id), services.get(id)];
    if (pod !== undefined) return mapPod(pod);
    return view === undefined ? { kind: "absent", id } : mapService(view);
  });
}

/** First what refers to others, then those: what has no bearer in a later list has none any more. */
export async function* listWorkloads(
  { pods, deployments, secrets }: InspectParts,
  { labels = {}, kind }: ListFilter,
  signal: AbortSignal,
): AsyncGenerator<Workload | Leftover, void, void> {
  const isAsked = (one: Workload): boolean =>
    (kind === undefined || one.kind === kind) && Object.entries(labels).every(([key, value]) => one.labels[key] === value);
  const borne: readonly (readonly [what: string, objects: readonly Bearing[]])[] = [
    ["secret", await Array.fromAsync(secrets.list(signal))],
    ["service", await deployments.services(signal)],
  ];
  const instances = new Map<WorkloadId, V1Pod[]>();
  const bearers = new Set<WorkloadId>();
  for await (const pod of pods.list(undefined, signal)) {
    const id = idOf(pod as Bearing);
    if (pod.metadata?.labels?.[label.kind] === "service") instances.set(id, [...(instances.get(id) ?? []), pod]);
    else {
      bearers.add(id);
      const task = mapPod(pod);
      if (isAsked(task)) yield task;
    }
  }
  for (const deployment of await deployments.list(signal)) {
    const id = idOf(deployment as Bearing);
    bearers.add(id);
    const service = mapService(viewOf(deployment, instances.get(id) ?? []));
    if (isAsked(service)) yield service;
  }
  const all = [...borne, ["pod", [...instances.values()].flat() as readonly Bearing[]] as const];
  for (const [what, objects] of all) {
    for (const object of objects) if (!bearers.has(idOf(object))) yield asLeftover(what, object);
  }
}

const asLeftover = (what: string, object: Bearing): Leftover => ({
  kind: "leftover",
  id: idOf(object),
  what,
  nativeId: `${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`,
  createdAt: instant(object.metadata?.creationTimestamp?.getTime() ?? 0),
});
