import { type Endpoint, LongshoreError, type Port, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { label, shortId } from "./container-names.ts";
import type { ContainerEntry } from "./containers.ts";
import type { Engine } from "./engine.ts";
import { lookAtService, type ViewParts } from "./service-view.ts";

export interface EndpointsParts extends ViewParts {
  readonly engine: Engine;
}
const everywhere: ReadonlySet<string | undefined> = new Set(["", "0.0.0.0", "::", undefined]);

/** One for each port of the spec, where the engine has published it. */
function endpointsOf(entry: ContainerEntry, reachedAt: string): readonly Endpoint[] {
  const { Id, Labels, Ports, HostConfig } = entry;
  return (Labels[label.ports] ?? "").split(" ").flatMap((text) => {
    const [number = "", protocol] = text.split("/") as [string?, Port["protocol"]?];
    if (number === "" || protocol === undefined) return [];
    const own = { instance: shortId(Id), port: Number(number), protocol };
    if (HostConfig.NetworkMode === "host") return [{ ...own, host: reachedAt, hostPort: own.port }];
    const found = Ports.find(({ PrivatePort, Type, PublicPort }) => PrivatePort === own.port && Type === protocol && PublicPort);
    if (found?.PublicPort === undefined) return [];
    return [{ ...own, host: everywhere.has(found.IP) ? reachedAt : (found.IP as string), hostPort: found.PublicPort }];
  });
}

/** Of what is ready: a service's instances that do not leave, or a task that runs. */
export async function findEndpoints(parts: EndpointsParts, id: WorkloadId, { signal }: Call): Promise<readonly Endpoint[]> {
  const { engine, containers } = parts;
  const { wanted, instances } = await lookAtService(parts, id, signal);
  if (wanted !== undefined) {
    return instances.filter(({ ready }) => ready).flatMap(({ entry }) => endpointsOf(entry, engine.reachedAt));
  }
  const entries = await containers.list({ [label.id]: id }, signal);
  const tasks = entries.filter(({ Labels }) => Labels[label.kind] === undefined);
  if (tasks.length === 0)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "endpoints", workload: id });
  return tasks.filter(({ State }) => State === "running").flatMap((entry) => endpointsOf(entry, engine.reachedAt));
}
