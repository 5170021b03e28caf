import type { NamedMessage } from "../google/google-service.ts";
import type { StatusCode } from "../google/status-code.ts";
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

/** How it ended, as its operation and the audit log tell it. */
export function outcomeOf(execution: ExecutionRecord): { readonly code: StatusCode; readonly message: string } {
  const { id, problem, taskCount } = execution;
  const succeeded = `${countOf(execution, "succeeded")}/${taskCount} tasks were a success.`;
  if (problem || failureOf(execution) !== undefined)
    return { code: "ABORTED", message: `Execution ${id} has failed to complete, ${succeeded}` };
  if (isCancelled(execution)) return { code: "CANCELLED", message: `Execution ${id} was cancelled, ${succeeded}` };
  return { code: "OK", message: `Execution ${id} has completed successfully.` };
}

export const conditionsOf = (execution: ExecutionRecord): readonly Condition[] => [
  completedOf(execution),
  ...otherConditions(execution),
];

function otherConditions({ startedAt, createdAt, problem, completedAt }: ExecutionRecord): readonly Condition[] {
  const hasFailed = problem !== undefined && completedAt !== undefined;
  const at = { lastTransitionTime: toTimestamp(startedAt ?? completedAt ?? createdAt) };
  const state = startedAt !== undefined ? "CONDITION_SUCCEEDED" : hasFailed ? "CONDITION_FAILED" : "CONDITION_PENDING";
  const retry: Condition = {
    type: "Retry",
    state: "CONDITION_SUCCEEDED",
    severity: "INFO",
    reason: "IMMEDIATE_RETRY",
    message: "System will retry after 0:00:00 from lastTransitionTime for attempt 0.",
    lastTransitionTime: toTimestamp(completedAt ?? createdAt),
  };
  return [
    { type: "ResourcesAvailable", state: hasFailed ? "CONDITION_SUCCEEDED" : state, ...at },
    { type: "Started", state, ...at },
    { type: "ContainerReady", state, ...(hasFailed && problem), ...at },
    // It says nothing of the tasks' attempts, and is there once an execution has ended.
    ...(completedAt === undefined ? [] : [retry]),
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
    conditions: conditionsOf(execution),
    runningCount: countOf(execution, "running"),
    succeededCount: countOf(execution, "succeeded"),
    failedCount: countOf(execution, "failed"),
    cancelledCount: countOf(execution, "cancelled"),
    retriedCount: tasks.reduce((sum, { retried }) => sum + retried, 0),
    logUri: logUriOf(execution),
    etag: etagOf(execution),
  };
}
