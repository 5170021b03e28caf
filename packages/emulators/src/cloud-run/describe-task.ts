import type { NamedMessage } from "../google/google-service.ts";
import { toTimestamp } from "../google/timestamp.ts";
import type { ExecutionRecord, TaskRecord } from "./job-record.ts";
import { etagOf } from "./job-record.ts";
import { logUriOf } from "./log-uri.ts";
import type { Condition } from "./run-shapes.ts";

function completedOf({ state, message, updatedAt, lastAttempt }: TaskRecord): Condition {
  const lastTransitionTime = toTimestamp(updatedAt);
  switch (state) {
    case "pending":
      return { type: "Completed", state: "CONDITION_PENDING", lastTransitionTime };
    case "running":
      return { type: "Completed", state: "CONDITION_RECONCILING", lastTransitionTime };
    case "succeeded":
      return { type: "Completed", state: "CONDITION_SUCCEEDED", lastTransitionTime };
    case "cancelled":
      return {
        type: "Completed",
        state: "CONDITION_FAILED",
        message: message ?? "The task was cancelled.",
        executionReason: "CANCELLED",
        lastTransitionTime,
      };
    case "failed": {
      const reason = lastAttempt?.exitCode ? { executionReason: "NON_ZERO_EXIT_CODE" } : {};
      return { type: "Completed", state: "CONDITION_FAILED", message: message ?? "", ...reason, lastTransitionTime };
    }
  }
}

function startedOf({ startedAt, updatedAt, state }: TaskRecord): Condition {
  if (startedAt !== undefined)
    return { type: "Started", state: "CONDITION_SUCCEEDED", lastTransitionTime: toTimestamp(startedAt) };
  const waits = state === "pending" || state === "running";
  return { type: "Started", state: waits ? "CONDITION_PENDING" : "CONDITION_FAILED", lastTransitionTime: toTimestamp(updatedAt) };
}

/** A task as the service tells of it. */
export function describeTask(task: TaskRecord, execution: ExecutionRecord): NamedMessage {
  const { template, job } = execution;
  const { index, retried, lastAttempt, uid, name } = task;
  const time = (field: string, at?: number): object => (at === undefined ? {} : { [field]: toTimestamp(at) });
  return {
    name,
    uid,
    generation: "1",
    observedGeneration: "1",
    labels: execution.labels,
    annotations: execution.annotations,
    createTime: toTimestamp(task.createdAt),
    ...time("scheduledTime", task.scheduledAt),
    ...time("startTime", task.startedAt),
    ...time("completionTime", task.completedAt),
    updateTime: toTimestamp(task.updatedAt),
    job: job.id,
    execution: execution.id,
    containers: template.containers,
    volumes: template.volumes ?? [],
    maxRetries: template.maxRetries,
    timeout: template.timeout,
    serviceAccount: template.serviceAccount,
    executionEnvironment: template.executionEnvironment,
    reconciling: task.completedAt === undefined,
    conditions: [completedOf(task), startedOf(task)],
    index,
    retried,
    ...(lastAttempt && { lastAttemptResult: lastAttempt }),
    ...(template.vpcAccess && { vpcAccess: template.vpcAccess }),
    logUri: logUriOf(execution, index),
    etag: etagOf({ uid, version: execution.version }),
  };
}
