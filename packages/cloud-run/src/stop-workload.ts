import { type StopResult, type WorkloadId } from "@longshore/core";
import type { DriverStopOptions, StopIntent } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { executionName } from "./executions.ts";
import { seeTask } from "./inspect-workloads.ts";
import type { Job } from "./jobs.ts";
import { hasEnded, intentOf, isCancelling, isSettled, mapTaskState, type SeenTask } from "./map-task-state.ts";
import { annotation } from "./native-names.ts";
import { graceOf } from "./spec-adjustments.ts";
import { stopService } from "./stop-service.ts";
import { unconfirmed, untilOver } from "./until-over.ts";

const killedCode = 137;

interface Wish {
  readonly id: WorkloadId;
  readonly intent: StopIntent;
}

/** Before the first signal, first come first kept. Without the token: what has not begun yet is begun no more. */
async function note({ jobs }: CloudRunParts, { id, intent }: Wish, signal: AbortSignal): Promise<Job | undefined> {
  for (;;) {
    const job = await jobs.find(id, signal);
    if (job === undefined || job.deleteTime != null || intentOf(job) !== undefined) return job;
    const { startExecutionToken: _token, runExecutionToken: _run, ...rest } = job;
    const noted = { ...rest, annotations: { ...job.annotations, [annotation.intent]: intent } };
    if (await jobs.update(noted, signal)) return noted;
  }
}

/** Nothing of it runs, and nothing will. */
const isOver = ({ job, execution }: SeenTask): boolean =>
  execution === undefined ? isSettled(job) || mapTaskState({ job }).phase === "exited" : hasEnded(execution);

/** Until Cloud Run shows that it has ended. An execution may be seen late: it is cancelled whenever it is. */
export async function stopTask(
  parts: CloudRunParts,
  { job, id, intent }: Wish & { readonly job: Job },
  signal: AbortSignal,
): Promise<StopResult> {
  const { executions, config } = parts;
  const graceMs = graceOf(config);
  const first = await seeTask(parts, job, signal);
  if (isOver(first) && (first.execution !== undefined || mapTaskState(first).phase === "exited"))
    return { state: "confirmed", forced: false, graceMs };
  let last = first;
  let cancelled = false;
  const look = async (): Promise<boolean> => {
    const current = await parts.jobs.find(id, signal);
    if (current === undefined) return true;
    last = await seeTask(parts, current, signal);
    const { execution } = last;
    if (execution !== undefined && !hasEnded(execution) && !isCancelling(execution) && !cancelled) {
      await executions.cancel(executionName(current), signal);
      cancelled = true;
    }
    return isOver(last) && last.verdict?.pending !== true;
  };
  await note(parts, { id, intent }, signal);
  if (!(await untilOver(parts, { look, graceMs }, signal))) return unconfirmed(graceMs);
  return { state: "confirmed", forced: wasForced(last), graceMs };
}
const wasForced = ({ verdict }: SeenTask): boolean =>
  verdict !== undefined && (verdict.signal === "SIGKILL" || verdict.signal === "9" || verdict.code === killedCode);

/** The grace is Cloud Run's: it takes none with a stop. */
export async function stopWorkload(
  parts: CloudRunParts,
  { id, intent }: DriverStopOptions & { readonly id: WorkloadId },
  signal: AbortSignal,
): Promise<StopResult> {
  const job = await parts.jobs.find(id, signal);
  if (job !== undefined) return stopTask(parts, { job, id, intent }, signal);
  return stopService(parts, id, signal);
}
