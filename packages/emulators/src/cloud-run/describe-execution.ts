import type { NamedMessage } from "../google/google-service.ts";
import { toTimestamp } from "../google/timestamp.ts";
import { etagOf, type ExecutionRecord, type TaskState } from "./job-record.ts";
import { logUriOf } from "./log-uri.ts";
import type { Condition } from "./run-shapes.ts";

export const countOf = ({ tasks }: ExecutionRecord, state: TaskState): number =>
  tasks.filter((task) => task.state === state).length;

/** Whether somebody's cancelling has ended any of its tasks. */
const isCancelled = (execution: ExecutionRecord): boolean => execution.cancelling && countOf(execution, "cancelled") > 0;

/** Why an execution failed: the first of its tasks that did. One that was cancelled has not failed. */
export function failureOf(execution: ExecutionRecord): string | undefined {
  if (isCancelled(execution)) return undefined;
  const failed = execution.tasks.find(({ state }) => state === "failed");
  return failed && `Task ${failed.id} failed with message: ${failed.message}`;
}

function completedOf(execution: ExecutionRecord): Condition {
  const { completedAt, cancelling, problem, startedAt } = execution;
  const base = { type: "Completed", lastTransitionTime: toTimestamp(execution.updatedAt) };
  if (completedAt === undefined) {
    if (cancelling)
      return { ...base, state: "CONDITION_RECONCILING", executionReason: "CANCELLING", message: "Cancelling the execution." };
    return { ...base, state: startedAt === undefined ? "CONDITION_PENDING" : "CONDITION_RECONCILING" };
  }
  if (problem) return { ...base, state: "CONDITION_FAILED", ...problem };
  const message = failureOf(execution);
  if (message !== undefined) {
    const hasCode = execution.tasks.some(({ state, lastAttempt }) => state === "failed" && lastAttempt?.exitCode);
    return { ...base, state: "CONDITION_FAILED", message, ...(hasCode && { executionReason: "NON_ZERO_EXIT_CODE" }) };
  }
  if (isCancelled(execution))
    return { ...base, state: "CONDITION_FAILED", executionReason: "CANCELLED", message: "The execution was cancelled." };
  return { ...base, state: "CONDITION_SUCCEEDED", message: "Execution completed successfully." };
}

function otherConditions({ startedAt, createdAt, problem, completedAt }: ExecutionRecord): readonly Condition[] {
  const hasFailed = problem !== undefined && completedAt !== undefined;
  const at = { lastTransitionTime: toTimestamp(startedAt ?? completedAt ?? createdAt) };
  const state = startedAt !== undefined ? "CONDITION_SUCCEEDED" : hasFailed ? "CONDITION_FAILED" : "CONDITION_PENDING";
  return [
    { type: "ResourcesAvailable", state: hasFailed ? "CONDITION_SUCCEEDED" : state, ...at },
    { type: "Started", state, ...at },
    { type: "ContainerReady", state, ...(hasFailed && problem), ...at },
  ];
}

/** An execution as the service tells of it. Its counts are of tasks, but `retriedCount`, which is of attempts. */
export function describeExecution(execution: ExecutionRecord): NamedMessage {
  const { job, tasks, uid, completedAt, startedAt, deletedAt } = execution;
  const time = (field: string, at?: number): object => (at === undefined ? {} : { [field]: toTimestamp(at) });
  return {
    name: execution.name,
    uid,
    creator: execution.creator,
    generation: "1",
    observedGeneration: "1",
    labels: execution.labels,
    annotations: execution.annotations,
    createTime: toTimestamp(execution.createdAt),
    ...time("startTime", startedAt),
    ...time("completionTime", completedAt),
    updateTime: toTimestamp(execution.updatedAt),
    ...time("deleteTime", deletedAt),
    launchStage: "GA",
    job: job.id,
    parallelism: execution.parallelism,
    taskCount: execution.taskCount,
    template: execution.template,
    reconciling: completedAt === undefined,
    conditions: [completedOf(execution), ...otherConditions(execution)],
    runningCount: countOf(execution, "running"),
    succeededCount: countOf(execution, "succeeded"),
    failedCount: countOf(execution, "failed"),
    cancelledCount: countOf(execution, "cancelled"),
    retriedCount: tasks.reduce((sum, { retried }) => sum + retried, 0),
    logUri: logUriOf(execution),
    etag: etagOf(execution),
  };
}
