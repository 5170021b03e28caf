import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { executionName } from "./executions.ts";
import type { Job } from "./jobs.ts";
import { hasEnded } from "./map-task-state.ts";
import { removeService } from "./remove-service.ts";
import { graceOf } from "./spec-adjustments.ts";
import { stopTask } from "./stop-workload.ts";
import { untilOver } from "./until-over.ts";

const notGone = (id: WorkloadId): LongshoreError =>
  new LongshoreError("Cloud Run was told to delete it and still shows it", {
    code: "unavailable",
    operation: "remove",
    workload: id,
  });

async function isAtRest({ executions }: CloudRunParts, job: Job, signal: AbortSignal): Promise<boolean> {
  if (job.latestCreatedExecution?.completionTime != null) return true;
  return hasEnded(await executions.look(executionName(job), signal));
}
async function removeTask(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  const { jobs, executions, config } = parts;
  const job = await jobs.find(id, signal);
  if (job === undefined) return;
  if (job.deleteTime == null) {
    if (!(await isAtRest(parts, job, signal))) await stopTask(parts, { job, id, intent: "stopped" }, signal);
    await jobs.delete(job.name ?? "", signal);
  }
  const look = async (): Promise<boolean> => {
    const seen = await jobs.find(id, signal);
    // Another one of the same name is somebody's new one.
    return seen === undefined || seen.uid !== job.uid;
  };
  if (!(await untilOver(parts, { look, graceMs: graceOf(config) }, signal))) throw notGone(id);
  executions.forget(job);
}

/** The job bears the id and takes its execution along. What it has printed stays in Cloud Logging as long as that keeps it. */
export async function removeWorkload(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  await removeTask(parts, id, signal);
  await removeService(parts, id, signal);
}
