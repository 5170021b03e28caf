import type { ExecutionRecord } from "./job-record.ts";

/** Where the console shows what an execution, or one task of it, has printed. */
export function logUriOf({ id, job }: ExecutionRecord, task?: number): string {
  const { project, location } = job.place;
  const lines = [
    'resource.type="cloud_run_job"',
    `resource.labels.job_name="${job.id}"`,
    `resource.labels.location="${location}"`,
    `labels."run.googleapis.com/execution_name"="${id}"`,
    ...(task === undefined ? [] : [`labels."run.googleapis.com/task_index"="${task}"`]),
  ];
  return `https://console.cloud.google.com/logs/viewer?project=${project}&advancedFilter=${encodeURIComponent(lines.join("\n"))}`;
}
