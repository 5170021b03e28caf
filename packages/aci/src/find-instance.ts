import type { ContainerGroup } from "@azure/arm-containerinstance";
import { LongshoreError } from "@longshore/core";
import { chooseRunning, type InstanceRequest } from "@longshore/core/sessions";
import type { AciParts } from "./aci-parts.ts";
import { runOf } from "./map-service-state.ts";
import { currentOf } from "./map-task-state.ts";
import { taskName } from "./native-names.ts";

const runs = (group: ContainerGroup): boolean => currentOf(group)?.state === "Running";

/** The instance that is named, else the first that runs. Throws `not-found`, or `conflict` where nothing runs. */
export async function findRunning(
  { groups, host }: AciParts,
  request: InstanceRequest,
  signal: AbortSignal,
): Promise<ContainerGroup> {
  const { id } = request;
  const task = await groups.find(taskName(host.owner, id), signal);
  const all = task === undefined ? await groups.members(id, signal) : [task];
  if (all.length === 0)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "find instance", workload: id });
  return chooseRunning(all, request, { nameOf: runOf, runs });
}
