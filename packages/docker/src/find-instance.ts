import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Containers } from "./containers.ts";
import type { Engine } from "./engine.ts";
import type { InspectedContainer } from "./map-container-state.ts";

interface Wanted {
  readonly id: WorkloadId;
  /** Default: the first. */
  readonly instance?: string;
}

/** What instances are called, in logs as well. */
export const instanceName = ({ Id }: InspectedContainer): string => Id.slice(0, 12);

/** The container that a request means, in whatever state; `not-found` where there is none. A task has one. */
export async function findInstance(
  containers: Containers,
  { id, instance }: Wanted,
  signal: AbortSignal,
): Promise<InspectedContainer> {
  const container = await containers.find(id, signal);
  const operation = "inspect";
  if (container === undefined) throw new LongshoreError(`${id}: no such container`, { code: "not-found", operation });
  if (instance !== undefined && instance !== instanceName(container)) {
    throw new LongshoreError(`${id} has no instance ${instance}`, { code: "not-found", operation });
  }
  return container;
}

/** As `findInstance`; `conflict` where it does not run. */
export async function findRunning(containers: Containers, wanted: Wanted, signal: AbortSignal): Promise<InspectedContainer> {
  const container = await findInstance(containers, wanted, signal);
  if (container.State.Running) return container;
  const message = `${wanted.id} does not run: its container is ${container.State.Status}`;
  throw new LongshoreError(message, { code: "conflict", operation: "inspect" });
}

/** Also when it is gone. */
export async function hasEnded(engine: Engine, { Id }: InspectedContainer, signal: AbortSignal): Promise<boolean> {
  try {
    const now = await engine.call("container inspect", signal, (docker, abortSignal) =>
      docker.getContainer(Id).inspect({ abortSignal }),
    );
    return !now.State.Running;
  } catch (error) {
    if ((error as { readonly statusCode?: number }).statusCode === 404) return true;
    throw error;
  }
}
