import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import { chooseRunning, type InstanceRequest } from "@longshore/core/sessions";
import type { EcsParts } from "./ecs-parts.ts";
import { lastPart } from "./native-names.ts";

const runs = ({ lastStatus, desiredStatus }: EcsTask): boolean => lastStatus === "RUNNING" && desiredStatus === "RUNNING";

async function findInstances(parts: EcsParts, id: WorkloadId, signal: AbortSignal): Promise<readonly EcsTask[]> {
  const record = await parts.records.find(id, signal);
  if (record === undefined)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "find instance", workload: id });
  if (record.kind === "service") return parts.services.tasks(id, signal);
  const task = await parts.tasks.find(record, signal);
  return task === undefined ? [] : [task];
}

/** The instance that is named, else the first that runs. Throws `not-found`, or `conflict` where nothing runs. */
export async function findRunning(parts: EcsParts, request: InstanceRequest, signal: AbortSignal): Promise<EcsTask> {
  const nameOf = ({ taskArn = "" }: EcsTask): string => lastPart(taskArn);
  return chooseRunning(await findInstances(parts, request.id, signal), request, { nameOf, runs });
}
