import { invalid } from "../google/google-error.ts";
import { readSeconds } from "./read-quantity.ts";
import type { ExecutionTemplate, Job } from "./run-shapes.ts";
import { checkContainers, checkLabels, checkServiceAccount } from "./template-problem.ts";

/** Documented. */
const mostTasks = 10_000;
const mostRetries = 10;
const longestTimeoutSeconds = 168 * 60 * 60;
/** The sum of both has to be fewer. */
const longestExecutionId = 63;

/** @throws `INVALID_ARGUMENT` */
export function checkTimeout(field: string, timeout: string | undefined): void {
  const seconds = timeout === undefined ? 1 : (readSeconds(timeout) ?? 0);
  if (!(seconds > 0 && seconds <= longestTimeoutSeconds))
    throw invalid(field, `Timeout must be greater than 0 seconds and at most ${longestTimeoutSeconds} seconds. Got ${timeout}.`);
}

/** @throws `INVALID_ARGUMENT` */
export function checkTaskCount(field: string, count = 0): void {
  if (count < 0 || count > mostTasks) throw invalid(field, `has to be from 1 to ${mostTasks}. Got ${count}.`);
}

function checkTemplate({ template, labels, annotations, taskCount, parallelism = 0 }: ExecutionTemplate): void {
  const field = "job.template";
  checkLabels(`${field}.labels`, labels);
  checkLabels(`${field}.annotations`, annotations);
  checkTaskCount(`${field}.task_count`, taskCount);
  if (parallelism < 0) throw invalid(`${field}.parallelism`, "cannot be negative.");
  const { maxRetries = 0, timeout, serviceAccount, containers } = template;
  if (maxRetries < 0 || maxRetries > mostRetries)
    throw invalid(`${field}.template.max_retries`, `has to be from 0 to ${mostRetries}.`);
  checkTimeout(`${field}.template.timeout`, timeout);
  checkServiceAccount(serviceAccount);
  checkContainers(containers, { field: `${field}.template`, allowsFractions: false });
}

/** Whatever of a job can be seen to be wrong before anything is done. @throws `INVALID_ARGUMENT` */
export function checkJob(id: string, job: Job): void {
  checkLabels("job.labels", job.labels);
  checkLabels("job.annotations", job.annotations);
  checkTemplate(job.template);
  const token = job.startExecutionToken ?? job.runExecutionToken;
  if (token === undefined) return;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(token))
    throw invalid("job.create_execution", `'${token}' is no end of an execution's name.`);
  if (id.length + token.length >= longestExecutionId)
    throw invalid(
      "job.create_execution",
      `The sum of the job name and token length must be fewer than ${longestExecutionId} characters.`,
    );
}
