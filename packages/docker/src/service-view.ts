import type { ServiceSpec, WorkloadId } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import { label, leavingSuffix, shortId } from "./container-names.ts";
import type { ContainerEntry, Containers } from "./containers.ts";
import type { DockerOptions } from "./docker-config.ts";
import { isMarker, type MarkerVolume, type Volumes } from "./volumes.ts";

/** A spec that the service has, or had and may have to go back to. */
export interface Revision {
  readonly number: number;
  readonly hash: string;
  readonly volume: string;
  readonly order: Order<DockerOptions> & { readonly spec: ServiceSpec };
}
/** One container of a service. */
export interface InstanceEntry {
  /** The engine's id, whole. */
  readonly container: string;
  /** As it is called in logs and endpoints. */
  readonly instance: string;
  readonly slot: number;
  readonly revision: number;
  /** About to be taken away: in no endpoints any more. */
  readonly leaving: boolean;
  /** It has a process now, or will have one after the engine's pause. */
  readonly up: boolean;
  readonly restarting: boolean;
  readonly ready: boolean;
  readonly graceMs: number;
  readonly drainMs: number;
  readonly entry: ContainerEntry;
}
export interface ServiceView {
  /** From the oldest to the newest. */
  readonly revisions: readonly Revision[];
  /** The newest: what all instances are to be. */
  readonly wanted: Revision | undefined;
  readonly stopped: boolean;
  readonly instances: readonly InstanceEntry[];
}

function toInstance(entry: ContainerEntry): InstanceEntry {
  const { Id, Labels, Names, State, Status } = entry;
  const leaving = Names.some((name) => name.endsWith(leavingSuffix));
  const healthy = Labels[label.readiness] === undefined || Status.includes("(healthy)");
  return {
    container: Id,
    instance: shortId(Id),
    slot: Number(Labels[label.slot]),
    revision: Number(Labels[label.revision]),
    leaving,
    up: ["running", "paused", "restarting"].includes(State),
    restarting: State === "restarting",
    ready: State === "running" && healthy && !leaving,
    graceMs: Number(Labels[label.graceMs]),
    drainMs: Number(Labels[label.drainMs]),
    entry,
  };
}

function toRevision({ Name, Labels }: MarkerVolume): Revision {
  const hash = Labels?.[label.hash] ?? "";
  const order = JSON.parse(Labels?.[label.spec] ?? "{}") as Omit<Revision["order"], "specHash">;
  return { number: Number(Labels?.[label.revision]), hash, volume: Name, order: { ...order, specHash: hash } };
}

const isStop = (volume: MarkerVolume): boolean =>
  isMarker(volume, "stop") && volume.Labels?.[label.container] === undefined;

/** Pure: what the engine's two lists, of one id, say of a service. */
export function toServiceView(entries: readonly ContainerEntry[], volumes: readonly MarkerVolume[]): ServiceView {
  const revisions = volumes.filter((volume) => isMarker(volume, "revision")).map(toRevision);
  const sorted = revisions.toSorted((one, other) => one.number - other.number);
  const instances = entries.map(toInstance).toSorted((one, other) => one.slot - other.slot || one.revision - other.revision);
  const stopped = volumes.some(isStop);
  // A stopped instance is about to go as well, before it is told so.
  const seen = stopped ? instances.map((one) => ({ ...one, ready: false })) : instances;
  return { revisions: sorted, wanted: sorted.at(-1), stopped, instances: seen };
}

export interface ViewParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
}
export async function lookAtService(
  { containers, volumes }: ViewParts,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<ServiceView> {
  const owner = { [label.id]: id };
  const [entries, marks] = await Promise.all([
    containers.list({ ...owner, [label.kind]: "service" }, signal),
    volumes.list(owner, signal),
  ]);
  return toServiceView(entries, marks);
}
