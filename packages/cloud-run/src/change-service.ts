import { randomBytes } from "node:crypto";
import { defaultReadinessTimeoutMs, LongshoreError, type Service, type Workload, type WorkloadId } from "@longshore/core";
import { type Call, neverReady, noSuchService, type Plan, type Revision, sleep } from "@longshore/core/driver";
import { awaitService, whyUnready } from "./await-service.ts";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { toTask } from "./inspect-workloads.ts";
import {
  desiredOf,
  hasFailed,
  isSettled,
  isWhole,
  mapService,
  replicasOf,
  type Resource,
  runningOf,
  type SeenService,
} from "./map-service-state.ts";
import { annotation, hashOf } from "./native-names.ts";
import type { Found } from "./services.ts";
import { graceOf } from "./spec-adjustments.ts";
import type { CloudRunOrder } from "./spec-problems.ts";
import type { Starting } from "./start-task.ts";
import { scale } from "./stop-service.ts";
import type { CloudRunRequest } from "./to-cloud-run-request.ts";
import { pollMsOf } from "./until-over.ts";

/** What was taken back has been ready before: it needs no more than that. */
const backLimitMs = 600_000;

interface Verb {
  readonly id: WorkloadId;
  readonly operation: string;
}
async function present({ services }: CloudRunParts, { id, operation }: Verb, signal: AbortSignal): Promise<SeenService> {
  const seen = await services.look(id, signal);
  if (seen === undefined || seen.resource.deleteTime != null) throw noSuchService(id, operation);
  return seen;
}
type CreateRequest = Exclude<CloudRunRequest, { readonly request: "CreateJobRequest" }>;
function requestIn(plan: Plan<CloudRunRequest>): CreateRequest {
  const [request] = plan.requests;
  if (request === undefined || request.request === "CreateJobRequest")
    throw new LongshoreError("the plan has no service", { code: "internal", operation: "start" });
  return request;
}
const wantedIn = (request: CreateRequest): Found =>
  request.request === "CreateServiceRequest"
    ? { kind: "service", resource: request.input.service as Resource }
    : { kind: "pool", resource: request.input.workerPool as Resource };

/** The name makes it one, whoever else starts it; a task of the same id, and a service with a port or without, are looked for first. */
export async function startService(parts: CloudRunParts, { order, plan }: Starting, { signal }: Call): Promise<Workload> {
  const { services, jobs } = parts;
  const { id } = order.spec;
  const job = await jobs.find(id, signal);
  if (job !== undefined && job.deleteTime == null) return toTask(parts, job, signal);
  for (;;) {
    const there = await services.find(id, signal);
    if (there === undefined) await services.create(requestIn(plan), signal);
    else if (there.resource.deleteTime == null) return mapService(id, await services.see(there, signal));
    else await sleep(pollMsOf(parts), signal);
  }
}

interface Coming extends Verb {
  readonly limitMs: number;
  /** What was there before, where it can come back. */
  readonly former?: Found;
}
/** Until it is whole; what was there before comes back where it does not. */
async function whole(parts: CloudRunParts, { id, operation, limitMs, former }: Coming, signal: AbortSignal): Promise<Service> {
  const is = (seen: SeenService | undefined): boolean => seen === undefined || isWhole(seen) || hasFailed(seen.resource);
  const { seen, came } = await awaitService(parts, { id, is, limitMs }, signal);
  if (seen === undefined) throw noSuchService(id, operation);
  if (came && !hasFailed(seen.resource)) return mapService(id, seen);
  const why = whyUnready(seen);
  if (former === undefined) throw neverReady(id, operation, why);
  await replace(parts, { id, wanted: former }, signal);
  const settled = (now: SeenService | undefined): boolean => now === undefined || isWhole(now);
  const returned = await awaitService(parts, { id, is: settled, limitMs: backLimitMs }, signal);
  throw neverReady(id, operation, `${why}; the spec before it is ${returned.came ? "back" : "on its way back"}`);
}
const limitOf = ({ spec }: CloudRunOrder): number =>
  (spec.kind === "service" ? spec.readiness?.timeoutMs : undefined) ?? defaultReadinessTimeoutMs;

interface Replacing {
  readonly id: WorkloadId;
  readonly wanted: Found;
}
/** By the newest etag, so that whatever somebody else has just changed is looked at first. A stop stays a stop. */
async function replace({ services }: CloudRunParts, { id, wanted }: Replacing, signal: AbortSignal): Promise<void> {
  for (;;) {
    const now = await services.find(id, signal);
    if (now === undefined) return;
    const { name, etag } = now.resource;
    const { labels, annotations, template, ingress, launchStage } = wanted.resource;
    const count = desiredOf(now.resource) === 0 ? 0 : Math.max(1, desiredOf(wanted.resource));
    const resource = {
      ...now.resource,
      ...{ name, etag, labels, annotations, template },
      ...(ingress != null && { ingress }),
      ...(launchStage != null && { launchStage }),
      scaling: { ...wanted.resource.scaling, manualInstanceCount: count },
    } as Resource;
    if (await services.update({ kind: now.kind, resource }, signal)) return;
  }
}
/** Nothing old may run beside what is new. */
async function clear(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  await scale(parts, { id, count: 0 }, signal);
  const is = (seen: SeenService | undefined): boolean =>
    seen === undefined || (isSettled(seen.resource) && seen.revisions.every((revision) => runningOf(revision) === 0));
  await awaitService(parts, { id, is, limitMs: backLimitMs }, signal);
  await sleep(graceOf(parts.config), signal);
}

/** Stopped, it stays so. */
export async function updateService(parts: CloudRunParts, { order, plan }: Revision, { signal }: Call): Promise<Service> {
  const { id } = order.spec;
  const verb = { id, operation: "update" };
  const seen = await present(parts, verb, signal);
  const wanted = wantedIn(requestIn(plan as Plan<CloudRunRequest>));
  if (wanted.kind !== seen.kind)
    throw new LongshoreError("a service cannot gain or lose its port; remove it, and start another", {
      code: "unsupported",
      ...verb,
      workload: id,
    });
  const former: Found = { kind: seen.kind, resource: seen.resource };
  const isNew = hashOf(seen.resource) !== order.specHash || hasFailed(seen.resource);
  const recreates = order.spec.kind === "service" && order.spec.update === "recreate" && desiredOf(seen.resource) > 0;
  if (isNew && recreates) await clear(parts, id, signal);
  if (isNew) await replace(parts, { id, wanted }, signal);
  if (isNew && recreates) await scale(parts, { id, count: desiredOf(wanted.resource) }, signal);
  const limitMs = limitOf(order as CloudRunOrder);
  return whole(parts, { ...verb, limitMs, ...(isNew && { former }) }, signal);
}
/** The same revision with another note is another one. */
function renewed(resource: Resource): Resource {
  const annotations = { ...resource.template?.annotations, [annotation.restart]: randomBytes(4).toString("hex") };
  return { ...resource, template: { ...resource.template, annotations } } as Resource;
}
export async function restartService(parts: CloudRunParts, id: WorkloadId, call: Call): Promise<Service> {
  const { signal } = call;
  const verb = { id, operation: "restart" };
  const { kind, resource } = await present(parts, verb, signal);
  if (desiredOf(resource) === 0) return resumeService(parts, id, call);
  // One that an earlier call began and did not see to its end is finished.
  if (isSettled(resource)) await replace(parts, { id, wanted: { kind, resource: renewed(resource) } }, signal);
  return whole(parts, { ...verb, limitMs: defaultReadinessTimeoutMs }, signal);
}
export async function resumeService(parts: CloudRunParts, id: WorkloadId, { signal }: Call): Promise<Service> {
  const verb = { id, operation: "resume" };
  const seen = await present(parts, verb, signal);
  if (desiredOf(seen.resource) !== 0) return mapService(id, seen);
  await scale(parts, { id, count: replicasOf(seen.resource) }, signal);
  return whole(parts, { ...verb, limitMs: defaultReadinessTimeoutMs }, signal);
}
