import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { EcsParts } from "./ecs-parts.ts";
import { lastPart } from "./native-names.ts";

export interface InstanceRequest {
  readonly id: WorkloadId;
  readonly instance?: string;
}
const refuse = (code: "not-found" | "conflict", message: string, workload: WorkloadId): LongshoreError =>
  new LongshoreError(message, { code, operation: "find instance", workload });
const runs = ({ lastStatus, desiredStatus }: EcsTask): boolean => lastStatus === "RUNNING" && desiredStatus === "RUNNING";

async function findInstances(parts: EcsParts, id: WorkloadId, signal: AbortSignal): Promise<readonly EcsTask[]> {
  const record = await parts.records.find(id, signal);
  if (record === undefined) throw refuse("not-found", "no such workload", id);
  if (record.kind === "service") return parts.services.tasks(id, signal);
  const task = await parts.tasks.find(record, signal);
  return task === undefined ? [] : [task];
}

/** The instance that is named, else the first that runs. Throws `not-found`, or `conflict` where nothing runs. */
export async function findRunning(parts: EcsParts, { id, instance }: InstanceRequest, signal: AbortSignal): Promise<EcsTask> {
  const all = await findInstances(parts, id, signal);
  const named = instance === undefined ? all : all.filter(({ taskArn = "" }) => lastPart(taskArn) === instance);
  if (named.length === 0 && instance !== undefined) throw refuse("not-found", `no such instance: ${instance}`, id);
  const running = named.find(runs);
  if (running === undefined) throw refuse("conflict", "nothing of it runs", id);
  return running;
}
