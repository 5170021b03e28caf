import { instant, type Leftover, type ListFilter, type Workload, type WorkloadId } from "@longshore/core";
import type { Call, DriverInspection, StopIntent } from "@longshore/core/driver";
import { label } from "./container-names.ts";
import type { ContainerEntry } from "./containers.ts";
import type { DockerServices } from "./docker-services.ts";
import { findSettled } from "./find-settled.ts";
import { mapContainer } from "./map-container-state.ts";
import { mapLimited } from "./map-limited.ts";
import { known, toServiceView, type ViewParts } from "./service-view.ts";
import { intentOf, isMarker, type MarkerVolume } from "./volumes.ts";

export interface InspectParts extends ViewParts {
  readonly services: DockerServices;
}
/** By the engine's id of a container. */
type Intents = ReadonlyMap<string, StopIntent>;

const intentsOf = (volumes: readonly MarkerVolume[]): Intents =>
  new Map(
    volumes
      .filter((volume) => isMarker(volume, "stop"))
      .map(({ Labels }) => [Labels?.[label.container] ?? "", intentOf(Labels ?? {})]),
  );
const idOf = ({ Labels }: MarkerVolume | ContainerEntry): WorkloadId => (Labels?.[label.id] ?? "") as WorkloadId;
const servicesIn = (volumes: readonly MarkerVolume[]): ReadonlySet<WorkloadId> =>
  new Set(volumes.filter((volume) => isMarker(volume, "revision")).map(idOf));

const allVolumes = ({ volumes, owner }: ViewParts, { signal }: Call): Promise<readonly MarkerVolume[]> =>
  volumes.list({ [label.owner]: owner }, signal);

/** Of a task, with the intents that are known. */
async function inspectTask(
  { containers }: ViewParts,
  { id, intents }: { readonly id: WorkloadId; readonly intents: Intents },
  { signal }: Call,
): Promise<DriverInspection> {
  const container = await findSettled(containers, id, signal);
  return container === undefined ? { kind: "absent", id } : mapContainer(container, intents.get(container.Id));
}

async function inspectServices(
  parts: InspectParts,
  ids: readonly WorkloadId[],
  call: Call,
): Promise<readonly DriverInspection[]> {
  if (ids.length === 0) return [];
  const only = ids.length === 1 ? { [label.id]: ids[0] as string } : {};
  const entries = await parts.containers.list({ [label.kind]: "service", ...only }, call.signal);
  const volumes = await parts.volumes.list({ [label.owner]: parts.owner, ...only }, call.signal);
  return mapLimited(ids, async (id): Promise<DriverInspection> => {
    const own = (one: MarkerVolume | ContainerEntry): boolean => idOf(one) === id;
    const view = toServiceView(entries.filter(own), volumes.filter(own));
    return view.wanted === undefined ? { kind: "absent", id } : parts.services.describe(known(view, id, "inspect"), call);
  });
}

/** One look at the volumes for all, which tell services from tasks; then one for each task, and two for all services. */
export async function inspectWorkloads(
  parts: InspectParts,
  ids: readonly WorkloadId[],
  call: Call,
): Promise<readonly DriverInspection[]> {
  const volumes = await allVolumes(parts, call);
  const [intents, services] = [intentsOf(volumes), servicesIn(volumes)];
  const tasks = ids.filter((id) => !services.has(id));
  const [seen, others] = await Promise.all([
    mapLimited(tasks, (id) => inspectTask(parts, { id, intents }, call)),
    inspectServices(
      parts,
      ids.filter((id) => services.has(id)),
      call,
    ),
  ]);
  return [...seen, ...others];
}

export async function* listWorkloads(
  parts: InspectParts,
  { labels = {}, kind }: ListFilter,
  call: Call,
): AsyncGenerator<Workload | Leftover, void, void> {
  const entries = await parts.containers.list({}, call.signal);
  const volumes = await allVolumes(parts, call);
  const services = servicesIn(volumes);
  const tasks = new Set(entries.filter(({ Labels }) => Labels[label.kind] === undefined).map(idOf));
  const ids = [...(kind === "service" ? [] : tasks), ...(kind === "task" ? [] : services)];
  for (const seen of ids.length === 0 ? [] : await inspectWorkloads(parts, ids, call)) {
    if (seen.kind !== "task" && seen.kind !== "service") continue;
    if (Object.entries(labels).every(([key, value]) => seen.labels[key] === value)) yield seen;
  }
  const bears = (one: MarkerVolume | ContainerEntry): boolean => tasks.has(idOf(one)) || services.has(idOf(one));
  for (const volume of volumes) if (!bears(volume)) yield leftVolume(volume);
  for (const entry of entries) if (!bears(entry)) yield leftContainer(entry);
}

const leftVolume = (volume: MarkerVolume): Leftover => ({
  kind: "leftover",
  id: idOf(volume),
  what: `${volume.Labels?.[label.purpose] ?? "unknown"} volume`,
  nativeId: volume.Name,
  createdAt: instant(volume.CreatedAt ?? 0),
});
/** An instance whose service is gone. */
const leftContainer = (entry: ContainerEntry): Leftover => ({
  kind: "leftover",
  id: idOf(entry),
  what: "container",
  nativeId: entry.Id,
  createdAt: instant(entry.Created * 1000),
});
