import type { V1Pod } from "./objects.ts";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Deployments } from "./deployments.ts";
import { isOver, mainStatus } from "./map-pod-state.ts";
import { instanceOf } from "./map-service-state.ts";
import type { Pods } from "./pods.ts";

export interface InstanceParts {
  readonly pods: Pods;
  readonly deployments: Deployments;
}
export interface InstanceRequest {
  readonly id: WorkloadId;
  readonly instance?: string;
}
const refuse = (code: "not-found" | "conflict", message: string, workload: WorkloadId): LongshoreError =>
  new LongshoreError(message, { code, operation: "find instance", workload });

export const isRunning = (pod: V1Pod): boolean => !isOver(pod) && mainStatus(pod)?.state?.running !== undefined;

/** A task's pod, or a service's pods; none where nothing of it is there now. Throws `not-found` where there is no such workload. */
export async function findInstances(
  { pods, deployments }: InstanceParts,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<readonly V1Pod[]> {
  const task = await pods.find(id, signal);
  const all = task === undefined ? await deployments.instances(id, signal) : [task];
  if (all.length === 0 && (await deployments.find(id, signal)) === undefined) throw refuse("not-found", "no such workload", id);
  return all;
}

/** The instance that is named, else the first that runs. Throws `not-found`, or `conflict` where nothing runs. */
export async function findRunning(parts: InstanceParts, { id, instance }: InstanceRequest, signal: AbortSignal): Promise<V1Pod> {
  const all = await findInstances(parts, id, signal);
  const named = instance === undefined ? all : all.filter((pod) => instanceOf(pod) === instance);
  if (named.length === 0 && instance !== undefined) throw refuse("not-found", `no such instance: ${instance}`, id);
  const running = named.find(isRunning);
  if (running === undefined) throw refuse("conflict", "nothing of it runs", id);
  return running;
}
