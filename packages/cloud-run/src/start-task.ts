import { randomBytes } from "node:crypto";
import { LongshoreError, type Workload, type WorkloadId } from "@longshore/core";
import { type Call, type Plan, sleep } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { toTask } from "./inspect-workloads.ts";
import type { Job } from "./jobs.ts";
import { intentOf, isSettled } from "./map-task-state.ts";
import { annotation, hashOf, runOf } from "./native-names.ts";
import type { CloudRunOrder } from "./spec-problems.ts";
import type { CloudRunRequest } from "./to-cloud-run-request.ts";
import { pollMsOf } from "./until-over.ts";

export interface Starting {
  readonly order: CloudRunOrder;
  readonly plan: Plan<CloudRunRequest>;
}
/** Four bytes: an id that was removed and started again never has the execution of before. */
const drawRun = (): string => randomBytes(4).toString("hex");

type Input<K extends CloudRunRequest["request"]> = Extract<CloudRunRequest, { readonly request: K }>["input"];
function requestOf<K extends CloudRunRequest["request"]>(plan: Plan<CloudRunRequest>, kind: K): Input<K> {
  const found = plan.requests.find(({ request }) => request === kind);
  if (found === undefined) throw new LongshoreError(`the plan has no ${kind}`, { code: "internal", operation: "start" });
  return found.input as Input<K>;
}
const gone = (id: WorkloadId): LongshoreError =>
  new LongshoreError("it was removed while it was being started", { code: "unavailable", operation: "start", workload: id });

/**
 * The job's name is the claim, and the execution that is to run is part of the same request. Whoever comes second finds the job, and
 * begins nothing but what Cloud Run was asked for and has not done.
 */
export async function startTask(parts: CloudRunParts, { order, plan }: Starting, { signal }: Call): Promise<Workload> {
  const { jobs, services } = parts;
  const { id } = order.spec;
  const service = await services.inspect(id, signal);
  if (service.kind === "service") return service;
  const { jobId, job } = requestOf(plan, "CreateJobRequest");
  const run = drawRun();
  const request = { ...job, annotations: { ...job.annotations, [annotation.run]: run }, startExecutionToken: run };
  for (;;) {
    await jobs.create(jobId, request, signal);
    const found = await jobs.find(id, signal);
    if (found === undefined) throw gone(id);
    if (found.deleteTime == null) {
      await begin(parts, found, { order, signal });
      return toTask(parts, found, signal);
    }
    // The one before it is still on its way out.
    await sleep(pollMsOf(parts), signal);
  }
}

/** A job that is ready and has no execution: Cloud Run had no room for it, or lost the wish. The same token again is no second one. */
async function begin(
  { jobs }: CloudRunParts,
  job: Job,
  { order, signal }: { readonly order: CloudRunOrder; readonly signal: AbortSignal },
): Promise<void> {
  const isOurs = hashOf(job) === order.specHash && intentOf(job) === undefined;
  if (!isOurs || !isSettled(job) || job.terminalCondition?.state !== "CONDITION_SUCCEEDED") return;
  await jobs.update({ ...job, startExecutionToken: runOf(job) }, signal);
}
