import type { ContainerGroup } from "@azure/arm-containerinstance";
import { type Endpoint, LongshoreError, type WorkloadId } from "@longshore/core";
import type { AciParts } from "./aci-parts.ts";
import { isReady, runOf } from "./map-service-state.ts";
import { mapTaskState } from "./map-task-state.ts";
import { taskName } from "./native-names.ts";

/** By its name where it has one: an address may change with a restart. */
function endpointsOf(group: ContainerGroup): readonly Endpoint[] {
  const { ip, fqdn, ports = [] } = group.ipAddress ?? {};
  const host = fqdn ?? ip;
  if (host === undefined) return [];
  return ports.map(({ port, protocol }) => {
    const told = protocol?.toUpperCase() === "UDP" ? ("udp" as const) : ("tcp" as const);
    return { instance: runOf(group), port, host, hostPort: port, protocol: told };
  });
}

export async function findEndpoints(
  { groups, host }: AciParts,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<readonly Endpoint[]> {
  const task = await groups.find(taskName(host.owner, id), signal);
  if (task !== undefined) return mapTaskState(task).phase === "running" ? endpointsOf(task) : [];
  const members = await groups.members(id, signal);
  if (members.length === 0)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "endpoints", workload: id });
  // Those of the newest spec first: who takes one of them meets what is to stay.
  return members.filter(isReady).toReversed().flatMap(endpointsOf);
}
