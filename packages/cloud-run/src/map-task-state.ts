import { constants } from "node:os";
import { diagnose, type Diagnosis, type Exit, type Instant, instant, type TaskState } from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import type { protos } from "@google-cloud/run";
import { diagnoseCondition, diagnoseStart } from "./diagnose-condition.ts";
import type { Execution, RunTask } from "./executions.ts";
import type { Job } from "./jobs.ts";
import { annotation } from "./native-names.ts";
import { whenever } from "./timestamps.ts";
import type { Verdict } from "./read-verdict.ts";

type Condition = protos.google.cloud.run.v2.ICondition;

/** google.rpc.Code DEADLINE_EXCEEDED, in an attempt's status. */
const deadlineExceeded = 4;

export interface SeenTask {
  readonly job: Job;
  /** Absent before Cloud Run shows it. */
  readonly execution?: Execution | undefined;
  /** Of an execution that has ended. */
  readonly task?: RunTask | undefined;
  /** What the platform's log says of the end, where that is the only place. */
  readonly verdict?: Verdict | undefined;
  /** There was an execution, and it has not been shown for longer than anything takes to show. */
  readonly isForgotten?: boolean;
}
export const completedOf = ({ conditions }: Execution): Condition | undefined =>
  conditions?.find(({ type }) => type === "Completed");
/** By its condition, whatever its counts and its operation say. */
export function hasEnded(execution: Execution | undefined): boolean {
  const { state } = (execution && completedOf(execution)) ?? {};
  return state === "CONDITION_SUCCEEDED" || state === "CONDITION_FAILED";
}
export const intentOf = ({ annotations }: Job): StopIntent | undefined => {
  const intent = annotations?.[annotation.intent];
  return intent === "stopped" || intent === "timed-out" ? intent : undefined;
};
/** Cloud Run has done what it was asked to with the job, and will do no more by itself. */
export const isSettled = ({ reconciling, terminalCondition, executionCount }: Job): boolean =>
  reconciling !== true &&
  (executionCount ?? 0) === 0 &&
  (terminalCondition?.state === "CONDITION_SUCCEEDED" || terminalCondition?.state === "CONDITION_FAILED");
const hasFailed = ({ reconciling, terminalCondition, executionCount }: Job): boolean =>
  reconciling !== true && (executionCount ?? 0) === 0 && terminalCondition?.state === "CONDITION_FAILED";

export const wasCancelled = (execution: Execution): boolean => completedOf(execution)?.executionReason === "CANCELLED";
export const isCancelling = (execution: Execution): boolean => completedOf(execution)?.executionReason === "CANCELLING";

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`;

const failedToStart = /failed to start/i;
/** Only what Cloud Run says: a code that it leaves out reads as 0, and is none. */
function exitOf({ execution, task, verdict }: SeenTask): Exit | undefined {
  const { status, exitCode, termSignal } = task?.lastAttemptResult ?? {};
  const condition = execution && completedOf(execution);
  const said = status?.message === undefined || status.message === "" ? condition?.message : status.message;
  const evidence = `${condition?.state ?? "no condition"}, exitCode ${exitCode ?? "none"}, termSignal ${termSignal ?? "none"}: ${said ?? ""}`;
  const killed = verdict?.outOfMemory === true ? { oomKilled: true } : {};
  if (termSignal) return { signal: signalName(termSignal), ...killed, evidence };
  if (exitCode) return { code: exitCode, ...killed, evidence };
  const isSound = (status?.code ?? 0) === 0 && task?.lastAttemptResult != null;
  if (isSound && condition?.state === "CONDITION_SUCCEEDED" && (execution?.succeededCount ?? 0) > 0) return { code: 0, evidence };
  if (verdict?.code !== undefined) return { code: verdict.code, ...killed, evidence: verdict.evidence };
  return verdict?.signal === undefined ? undefined : { signal: verdict.signal, ...killed, evidence: verdict.evidence };
}
/** The platform's own verdict on an end that was not the program's. */
function failureOf({ execution, task }: SeenTask): Diagnosis | undefined {
  const completed = execution && completedOf(execution);
  if (completed === undefined || completed.state === "CONDITION_SUCCEEDED") return undefined;
  if (completed.executionReason === "CANCELLED")
    return diagnose("interrupted", `cancelled by somebody else: ${completed.message ?? ""}`);
  const { status, exitCode, termSignal } = task?.lastAttemptResult ?? {};
  if (exitCode || termSignal) return undefined;
  const said = status?.message ?? "";
  if (failedToStart.test(said)) return diagnoseStart(said);
  if (/interrupt|preempt|maintenance/i.test(said)) return diagnose("interrupted", said);
  if (/internal/i.test(said)) return diagnose("platform-fault", said);
  return task?.lastAttemptResult == null && completed.reason != null ? diagnoseCondition(completed) : undefined;
}
function isOverTime({ task }: SeenTask): boolean {
  const { status } = task?.lastAttemptResult ?? {};
  return status?.code === deadlineExceeded || /configured timeout was reached/i.test(status?.message ?? "");
}
/** A wish to stop is the reason of an end only where Cloud Run has cancelled: what was quicker has ended by itself. */
function reasonOf(seen: SeenTask): StopIntent | undefined {
  if (isOverTime(seen)) return "timed-out";
  return seen.execution !== undefined && wasCancelled(seen.execution) ? intentOf(seen.job) : undefined;
}

function mapEnding(seen: SeenTask, execution: Execution): TaskState {
  const began = failedToStart.test(seen.task?.lastAttemptResult?.status?.message ?? "") ? undefined : execution.startTime;
  const startedAt = whenever(began);
  const [exit, intent, failure] = [exitOf(seen), reasonOf(seen), failureOf(seen)];
  return decideEnding({
    ...(startedAt !== undefined && { startedAt }),
    finishedAt: whenever(execution.completionTime ?? completedOf(execution)?.lastTransitionTime) ?? instant(0),
    ...(exit !== undefined && { exit }),
    ...(intent !== undefined && { intent }),
    ...(failure !== undefined && { failure }),
  });
}
/** Before there is an execution. */
function mapJob(seen: SeenTask): TaskState {
  const { job } = seen;
  const { terminalCondition, latestCreatedExecution, reconciling } = job;
  const finishedAt = whenever(terminalCondition?.lastTransitionTime ?? job.updateTime) ?? instant(0);
  const intent = intentOf(job);
  if (intent !== undefined && isSettled(job)) return decideEnding({ finishedAt, intent });
  if (hasFailed(job)) return decideEnding({ finishedAt, failure: diagnoseCondition(terminalCondition ?? {}) });
  const { deleteTime, completionTime, completionStatus } = latestCreatedExecution ?? {};
  const isDeleted = deleteTime != null || ((job.executionCount ?? 0) > 0 && latestCreatedExecution == null);
  if (isDeleted || seen.isForgotten === true)
    return lost(whenever(completionTime ?? deleteTime) ?? finishedAt, completionStatus ?? "deleted");
  if (intent !== undefined) return { phase: "stopping" };
  return { phase: "pending", reason: reconciling === true ? "the job is being made" : "the execution is about to start" };
}
/** Somebody deleted it: how it ended is told in one word of the job's. */
const lost = (finishedAt: Instant, said: unknown): TaskState =>
  decideEnding({ finishedAt, failure: diagnose("exit-unknown", `its execution is gone: ${String(said)}`) });

/** Pure. From conditions, counts and the attempt; never from the operation, and never from what is left out. */
export function mapTaskState(seen: SeenTask): TaskState {
  const { job, execution } = seen;
  if (execution === undefined) return mapJob(seen);
  const startedAt = whenever(execution.startTime);
  const started = startedAt === undefined ? {} : { startedAt };
  // It has ended, and how is still to be told.
  if (seen.verdict?.pending === true) return { phase: "stopping", ...started };
  if (hasEnded(execution)) return mapEnding(seen, execution);
  if (isCancelling(execution) || intentOf(job) !== undefined) return { phase: "stopping", ...started };
  if ((execution.runningCount ?? 0) > 0) return { phase: "running", ...started };
  return { phase: "pending", reason: completedOf(execution)?.message || "waiting for resources" };
}
