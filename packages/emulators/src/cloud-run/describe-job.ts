import type { NamedMessage } from "../google/google-service.ts";
import { toTimestamp } from "../google/timestamp.ts";
import { countOf, failureOf } from "./describe-execution.ts";
import { etagOf, type ExecutionRecord, type JobRecord, type Readiness } from "./job-record.ts";
import type { Condition } from "./run-shapes.ts";

function readyOf({ state, at, reason, message }: Readiness): Condition {
  const base = { type: "Ready", lastTransitionTime: toTimestamp(at) };
  switch (state) {
    case "pending":
      return { ...base, state: "CONDITION_RECONCILING" };
    case "ready":
      return { ...base, state: "CONDITION_SUCCEEDED" };
    case "failed":
      return { ...base, state: "CONDITION_FAILED", ...(reason && { reason }), ...(message && { message }) };
  }
}

function statusOf(execution: ExecutionRecord): string {
  if (execution.completedAt === undefined) return execution.startedAt === undefined ? "EXECUTION_PENDING" : "EXECUTION_RUNNING";
  if (execution.problem || failureOf(execution) !== undefined) return "EXECUTION_FAILED";
  return countOf(execution, "cancelled") > 0 ? "EXECUTION_CANCELLED" : "EXECUTION_SUCCEEDED";
}

function referenceTo(execution: ExecutionRecord): object {
  const { id, createdAt, completedAt } = execution;
  const completed = completedAt === undefined ? {} : { completionTime: toTimestamp(completedAt) };
  return { name: id, createTime: toTimestamp(createdAt), ...completed, completionStatus: statusOf(execution) };
}

/** A job as the service tells of it. */
export function describeJob(job: JobRecord): NamedMessage {
  const latest = [...job.executions.values()].at(-1);
  const ready = readyOf(job.readiness);
  return {
    ...job.spec,
    name: job.name,
    uid: job.uid,
    generation: String(job.generation),
    observedGeneration: String(job.readiness.state === "pending" ? job.generation - 1 : job.generation),
    createTime: toTimestamp(job.createdAt),
    updateTime: toTimestamp(job.updatedAt),
    ...(job.deletedAt !== undefined && { deleteTime: toTimestamp(job.deletedAt) }),
    creator: job.creator,
    lastModifier: job.creator,
    launchStage: job.spec.launchStage ?? "GA",
    terminalCondition: ready,
    conditions: [],
    executionCount: job.executionCount,
    ...(latest && { latestCreatedExecution: referenceTo(latest) }),
    reconciling: job.readiness.state === "pending",
    etag: etagOf(job),
  };
}
