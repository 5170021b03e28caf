import { LongshoreError, type WorkloadId } from "@longshore/core";
import { shortId } from "./container-names.ts";
import type { Engine } from "./engine.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import { lookAtService, type ViewParts } from "./service-view.ts";

interface Wanted {
  readonly id: WorkloadId;
  /** Default: the first. */
  readonly instance?: string | undefined;
}
export interface SessionParts extends ViewParts {
  readonly engine: Engine;
}
/** A container of a workload's. */
interface Candidate {
  /** The engine's id, whole. */
  readonly container: string;
  readonly running: boolean;
}

const refuse = (message: string, code: "not-found" | "conflict"): LongshoreError =>
  new LongshoreError(message, { code, operation: "inspect" });

/** Of a service by slot, those that are about to go last; a task has one. `not-found` where there is no such workload. */
async function candidates(parts: SessionParts, id: WorkloadId, signal: AbortSignal): Promise<readonly Candidate[]> {
  const task = await parts.containers.find(id, signal);
  if (task !== undefined) return [{ container: task.Id, running: task.State.Running }];
  const { wanted, instances } = await lookAtService(parts, id, signal);
  if (wanted === undefined) throw refuse(`${id}: no such workload`, "not-found");
  return instances
    .toSorted((one, other) => Number(one.leaving) - Number(other.leaving))
    .map(({ container, entry }) => ({ container, running: entry.State === "running" || entry.State === "paused" }));
}

/** All, or the one that is named, in whatever state; `not-found` where there is none of that name. */
export async function findInstances(
  parts: SessionParts,
  { id, instance }: Wanted,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const found = await candidates(parts, id, signal);
  const named = instance === undefined ? found : found.filter(({ container }) => shortId(container) === instance);
  if (named.length > 0) return named;
  if (instance !== undefined) throw refuse(`${id} has no instance ${instance}`, "not-found");
  throw refuse(`${id} has no instance now`, "conflict");
}

/** The container that a request means, in whatever state: the first, unless it names one. */
export async function findInstance(parts: SessionParts, wanted: Wanted, signal: AbortSignal): Promise<InspectedContainer> {
  const [first] = await findInstances(parts, wanted, signal);
  return look(parts, first, signal);
}

/** The first that runs, unless the request names one; `conflict` where it does not run. */
export async function findRunning(parts: SessionParts, wanted: Wanted, signal: AbortSignal): Promise<InspectedContainer> {
  const all = await findInstances(parts, wanted, signal);
  const container = await look(parts, all.find(({ running }) => running) ?? all[0], signal);
  if (container.State.Running) return container;
  throw refuse(`${wanted.id} does not run: its container is ${container.State.Status}`, "conflict");
}

/** Gone meanwhile is as if it had never been there. */
async function look(
  { containers }: SessionParts,
  found: Candidate | undefined,
  signal: AbortSignal,
): Promise<InspectedContainer> {
  const container = found === undefined ? undefined : await containers.inspect(found.container, signal);
  if (container === undefined) throw refuse("no such container", "not-found");
  return container;
}

/** Also when it is gone. */
export const hasEnded = async ({ containers }: SessionParts, container: string, signal: AbortSignal): Promise<boolean> =>
  (await containers.inspect(container, signal))?.State.Running !== true;
