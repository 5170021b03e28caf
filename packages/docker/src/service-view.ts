import { instant, type Instant, type Owner, type ServiceSpec, type WorkloadId } from "@longshore/core";
import { noSuchService, type Order } from "@longshore/core/driver";
import { label, leavingSuffix, shortId } from "./container-names.ts";
import type { ContainerEntry, Containers } from "./containers.ts";
import type { DockerOptions } from "./docker-config.ts";
import { isMarker, type MarkerVolume, type Volumes } from "./volumes.ts";

/** A spec that the service has, or had and may have to go back to. */
export interface Revision {
  readonly number: number;
  readonly volume: string;
  /** When the service was first recorded. */
  readonly since: Instant;
  /** Of the same spec as the one before it: every instance anew. */
  readonly restart: boolean;
  readonly order: Order<DockerOptions> & { readonly spec: ServiceSpec };
}
/** One container of a service. */
export interface InstanceEntry {
  /** The engine's id, whole. */
  readonly container: string;
  /** As it is called in logs and endpoints. */
  readonly instance: string;
  /** The container's own, without the mark of leaving. */
  readonly name: string;
  readonly slot: number;
  readonly revision: number;
  /** Of the wanted revision. */
  readonly current: boolean;
  /** About to be taken away: in no endpoints any more. */
  readonly leaving: boolean;
  /** It has a process now, or will have one after the engine's pause. */
  readonly up: boolean;
  /** Its process was never started. */
  readonly unstarted: boolean;
  /** It ended by itself, and is to stay so. */
  readonly done: boolean;
  readonly ready: boolean;
  readonly drainMs: number;
  readonly entry: ContainerEntry;
}
export interface ServiceView {
  /** From the oldest to the newest, without those that were taken back. */
  readonly revisions: readonly Revision[];
  /** The newest of them: what all instances are to be. Absent: there is no such service. */
  readonly wanted: Revision | undefined;
  /** Higher than any number that was ever in use and left something behind. */
  readonly nextNumber: number;
  readonly stopped: boolean;
  /** By slot. */
  readonly instances: readonly InstanceEntry[];
  /** All that bear the id. */
  readonly volumes: readonly MarkerVolume[];
}

const upStates: ReadonlySet<string> = new Set(["running", "paused", "restarting"]);

function toInstance(entry: ContainerEntry, { wanted, stopped }: Pick<ServiceView, "wanted" | "stopped">): InstanceEntry {
  const { Id, Labels, Names, State, Status } = entry;
  const named = (Names[0] ?? "").replace(/^\//, "");
  const leaving = named.endsWith(leavingSuffix);
  const healthy = Labels[label.readiness] === undefined || Status.includes("(healthy)");
  const revision = Number(Labels[label.revision]);
  return {
    container: Id,
    instance: shortId(Id),
    name: leaving ? named.slice(0, -leavingSuffix.length) : named,
    slot: Number(Labels[label.slot]),
    revision,
    current: revision === wanted?.number && Labels[label.hash] === wanted.order.specHash,
    leaving,
    up: upStates.has(State),
    unstarted: State === "created",
    done: State === "exited" && Status.startsWith("Exited (0)") && wanted?.order.spec.restart === "on-failure",
    // A stopped instance is about to go as well, before it is told so.
    ready: State === "running" && healthy && !leaving && !stopped,
    drainMs: Number(Labels[label.drainMs]),
    entry,
  };
}

export function toRevision({ Name, Labels }: MarkerVolume): Revision {
  const order = JSON.parse(Labels?.[label.spec] ?? "{}") as Omit<Revision["order"], "specHash">;
  return {
    number: Number(Labels?.[label.revision]),
    volume: Name,
    since: instant(Labels?.[label.since] ?? 0),
    restart: Labels?.[label.restart] !== undefined,
    order: { ...order, specHash: Labels?.[label.hash] ?? "" },
  };
}

const isStop = (volume: MarkerVolume): boolean => isMarker(volume, "stop") && volume.Labels?.[label.container] === undefined;

/** Pure: what the engine's two lists, of one id, say of a service. */
export function toServiceView(entries: readonly ContainerEntry[], volumes: readonly MarkerVolume[]): ServiceView {
  const failed = new Set(volumes.filter((volume) => isMarker(volume, "failed")).map(({ Labels }) => Labels?.[label.revision]));
  const revisions = volumes
    .filter((volume) => isMarker(volume, "revision") && !failed.has(volume.Labels?.[label.revision]))
    .map(toRevision)
    .toSorted((one, other) => one.number - other.number);
  const wanted = revisions.at(-1);
  const stopped = volumes.some(isStop);
  const instances = entries
    .map((entry) => toInstance(entry, { wanted, stopped }))
    .toSorted((one, other) => one.slot - other.slot || one.revision - other.revision);
  const numbers = [...volumes, ...entries].map(({ Labels }) => Number(Labels?.[label.revision] ?? 0));
  return { revisions, wanted, nextNumber: Math.max(0, ...numbers) + 1, stopped, instances, volumes };
}

/** There is such a service. */
export type Known = ServiceView & { readonly wanted: Revision };
export function known(view: ServiceView, id: WorkloadId, operation: string): Known {
  if (view.wanted === undefined) throw noSuchService(id, operation);
  return view as Known;
}

export interface ViewParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly owner: Owner;
}
export async function lookAtService(
  { containers, volumes, owner }: ViewParts,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<ServiceView> {
  // In this order: a container is never seen without the record of its revision, which was there before it.
  const entries = await containers.list({ [label.id]: id, [label.kind]: "service" }, signal);
  return toServiceView(entries, await volumes.list({ [label.owner]: owner, [label.id]: id }, signal));
}
