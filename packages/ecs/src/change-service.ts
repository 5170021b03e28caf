import { defaultReadinessTimeoutMs, type Service, type WorkloadId } from "@longshore/core";
import { type Call, neverReady, noSuchService, retry, type Revision } from "@longshore/core/driver";
import { awaitService, hasFailed, isWhole, whyUnready } from "./await-service.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { mapService, type SeenService } from "./map-ecs-service.ts";
import type { Record } from "./records.ts";
import type { EcsOrder } from "./spec-problems.ts";
import { claim, type Claimed, requestOf, type Starting } from "./start-task.ts";
import type { EcsRequest } from "./to-ecs-request.ts";
import type { Plan } from "@longshore/core";

/** What was taken back has been ready before: it needs no more than that. */
const backLimitMs = 600_000;
/** A definition that another process takes away between two calls is registered anew so often. */
const definitionAttempts = 4;
const isInactive = (error: unknown): boolean => /is inactive|unable to describe/i.test((error as Error).message ?? "");

interface Present {
  readonly record: Record;
  readonly seen: SeenService;
}
async function present({ records, services }: EcsParts, { id, operation }: Verb, signal: AbortSignal): Promise<Present> {
  const record = await records.find(id, signal);
  const seen = record?.kind === "service" ? await services.look(id, signal) : undefined;
  if (record === undefined || seen === undefined) throw noSuchService(id, operation);
  return { record, seen };
}
interface Verb {
  readonly id: WorkloadId;
  readonly operation: string;
}

/** The name and the record's token make it one, whoever else starts it. */
export async function startService(parts: EcsParts, { order, plan }: Starting, { signal }: Call): Promise<Claimed> {
  const { definitions, services } = parts;
  const { id } = order.spec;
  const definition = requestOf(plan, "RegisterTaskDefinition");
  const family = definition.family ?? "";
  const { record } = await claim(parts, { id, kind: "service", family, specHash: order.specHash }, signal);
  // What was updated since then bears another hash, and what was stopped stays so: core compares.
  if ((await services.describe(id, signal)) !== undefined || record.specHash !== order.specHash) return { record };
  const create = async (): Promise<void> => {
    const taskDefinition = await definitions.ensure(definition, signal);
    try {
      await services.create({ ...requestOf(plan, "CreateService"), taskDefinition }, record, signal);
    } catch (error) {
      definitions.forget(family);
      throw error;
    }
  };
  await retry({ signal, attempts: definitionAttempts, when: isInactive }, create);
  return { record };
}

interface Coming extends Verb {
  readonly record: Record;
  readonly limitMs: number;
  /** Goes back to what was there before. */
  readonly back?: () => Promise<void>;
}
/** Until it is whole; what was there before comes back where it does not. */
async function whole(parts: EcsParts, { id, operation, record, limitMs, back }: Coming, signal: AbortSignal): Promise<Service> {
  const is = (seen: SeenService | undefined): boolean => seen === undefined || isWhole(seen) || hasFailed(seen);
  const { seen, came } = await awaitService(parts, { id, is, limitMs }, signal);
  if (seen === undefined) throw noSuchService(id, operation);
  if (came && !hasFailed(seen)) return mapService(record, seen);
  const why = whyUnready(seen);
  if (back === undefined) throw neverReady(id, operation, why);
  await back();
  const settled = (now: SeenService | undefined): boolean => now === undefined || isWhole(now);
  const returned = await awaitService(parts, { id, is: settled, limitMs: backLimitMs }, signal);
  throw neverReady(id, operation, `${why}; the spec before it is ${returned.came ? "back" : "on its way back"}`);
}
const limitOf = ({ spec }: EcsOrder): number =>
  (spec.kind === "service" ? spec.readiness?.timeoutMs : undefined) ?? defaultReadinessTimeoutMs;

/** Stopped, it stays so. */
export async function updateService(parts: EcsParts, { order, plan }: Revision, { signal }: Call): Promise<Service> {
  const { definitions, services } = parts;
  const { id } = order.spec;
  const verb = { id, operation: "update" };
  const { record, seen } = await present(parts, verb, signal);
  const asked = plan as Plan<EcsRequest>;
  const { desiredCount, deploymentConfiguration, networkConfiguration, platformVersion } = requestOf(asked, "CreateService");
  const taskDefinition = await definitions.ensure(requestOf(asked, "RegisterTaskDefinition"), signal);
  const { service: former } = seen;
  const stopped = former.desiredCount === 0;
  if (former.taskDefinition !== taskDefinition || former.desiredCount !== (stopped ? 0 : desiredCount)) {
    const settings = { deploymentConfiguration, networkConfiguration, ...(platformVersion !== undefined && { platformVersion }) };
    await services.update(id, { ...settings, taskDefinition, desiredCount: stopped ? 0 : desiredCount }, signal);
  }
  const back = async (): Promise<void> => {
    const { taskDefinition: before, desiredCount: count, deploymentConfiguration: how } = former;
    await services.update(id, { taskDefinition: before, desiredCount: count, deploymentConfiguration: how }, signal);
  };
  const changed = former.taskDefinition !== taskDefinition;
  const result = await whole(parts, { ...verb, record, limitMs: limitOf(order as EcsOrder), ...(changed && { back }) }, signal);
  await definitions.prune(record.family, signal, taskDefinition);
  return result;
}
export async function restartService(parts: EcsParts, id: WorkloadId, call: Call): Promise<Service> {
  const { signal } = call;
  const verb = { id, operation: "restart" };
  const { record, seen } = await present(parts, verb, signal);
  if (seen.service.desiredCount === 0) return resumeService(parts, id, call);
  // One that an earlier call began and did not see to its end is finished.
  const isUnderWay = (seen.service.deployments ?? []).length > 1;
  if (!isUnderWay) await parts.services.redeploy(id, seen.service, signal);
  return whole(parts, { ...verb, record, limitMs: defaultReadinessTimeoutMs }, signal);
}
export async function resumeService(parts: EcsParts, id: WorkloadId, { signal }: Call): Promise<Service> {
  const verb = { id, operation: "resume" };
  const { record, seen } = await present(parts, verb, signal);
  if (seen.service.desiredCount !== 0) return mapService(record, seen);
  await parts.services.update(id, { desiredCount: seen.facts.replicas }, signal);
  return whole(parts, { ...verb, record, limitMs: defaultReadinessTimeoutMs }, signal);
}
