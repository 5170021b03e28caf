import type { V1Pod } from "./objects.ts";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import { chooseRunning, type InstanceRequest } from "@longshore/core/sessions";
import type { Deployments } from "./deployments.ts";
import { isOver, mainStatus } from "./map-pod-state.ts";
import { instanceOf } from "./map-service-state.ts";
import type { Pods } from "./pods.ts";

export interface InstanceParts {
  readonly pods: Pods;
  readonly deployments: Deployments;
}

export const isRunning = (pod: V1Pod): boolean => !isOver(pod) && mainStatus(pod)?.state?.running !== undefined;

/** A task's pod, or a service's pods; none where nothing of it is there now. Throws `not-found` where there is no such workload. */
export async function findInstances(
  { pods, deployments }: InstanceParts,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<readonly V1Pod[]> {
  const task = await pods.find(id, signal);
  const all = task === undefined ? await deployments.instances(id, signal) : [task];
  if (all.length === 0 && (await deployments.find(id, signal)) === undefined)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "find instance", workload: id });
  return all;
}

/** The instance that is named, else the first that runs. Throws `not-found`, or `conflict` where nothing runs. */
export const findRunning = async (parts: InstanceParts, request: InstanceRequest, signal: AbortSignal): Promise<V1Pod> =>
  chooseRunning(await findInstances(parts, request.id, signal), request, { nameOf: instanceOf, runs: isRunning });
