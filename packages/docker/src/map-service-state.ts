import type { Ending, Instance, Service, WorkloadId } from "@longshore/core";
import { endingOf, type InspectedContainer, isUnstarted } from "./map-container-state.ts";
import type { InstanceEntry, Revision, ServiceView } from "./service-view.ts";

type Phase = Instance["phase"];

function phaseOf({ State }: InspectedContainer, { leaving }: InstanceEntry, stopped: boolean): Phase {
  const going = leaving || stopped;
  switch (State.Status) {
    case "running":
    case "paused":
      return going ? "stopping" : "running";
    case "restarting":
      return going ? "stopping" : "pending";
    case "created":
      return going || State.Error !== "" ? "exited" : "pending";
    default:
      return State.Running ? "stopping" : "exited";
  }
}

/** The engine remembers how it ended only until it starts it again. */
function lastEnding(container: InspectedContainer, stopped: boolean): Ending | undefined {
  const { Status } = container.State;
  if (Status === "running" || Status === "paused" || isUnstarted(container)) return undefined;
  return endingOf(container, stopped ? "stopped" : undefined);
}

function mapInstance(entry: InstanceEntry, container: InspectedContainer, stopped: boolean): Instance {
  const { instance, ready, current, leaving } = entry;
  const ending = lastEnding(container, stopped || leaving);
  return {
    instance,
    phase: phaseOf(container, entry, stopped),
    // Two requests have told of it; it is ready only where both say so.
    ready: ready && container.State.Status === "running",
    restarts: container.RestartCount ?? 0,
    current,
    ...(ending !== undefined && { lastEnding: ending }),
  };
}

export interface SeenService {
  readonly nativeId: string;
  readonly view: ServiceView;
  readonly wanted: Revision;
  /** By the engine's id; one that went meanwhile is missing. */
  readonly containers: ReadonlyMap<string, InspectedContainer>;
}
/** Containers of ours, as a service. */
export function mapService({ nativeId, view, wanted, containers }: SeenService): Service {
  const { spec, specHash } = wanted.order;
  const instances = view.instances.flatMap((entry) => {
    const found = containers.get(entry.container);
    return found === undefined ? [] : [mapInstance(entry, found, view.stopped)];
  });
  const state = {
    desired: view.stopped ? 0 : (spec.replicas ?? 1),
    ready: instances.filter(({ ready }) => ready).length,
    restarts: instances.reduce((sum, { restarts }) => sum + restarts, 0),
    instances,
  };
  const id: WorkloadId = spec.id;
  return { kind: "service", id, nativeId, specHash, labels: spec.labels ?? {}, createdAt: wanted.since, state };
}
