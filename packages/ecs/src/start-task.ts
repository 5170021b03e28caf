import type { Failure, RunTaskCommandInput, Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError } from "@longshore/core";
import { type Call, type Plan, retry } from "@longshore/core/driver";
import { errorName } from "./classify-ecs-error.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { removedReason } from "./map-task-state.ts";
import { familyIn } from "./native-names.ts";
import { groupOf, type Record, type RecordName, tokenOf } from "./records.ts";
import type { EcsOrder } from "./spec-problems.ts";
import type { TaskDefinitionInput } from "./to-task-definition.ts";
import type { EcsRequest } from "./to-ecs-request.ts";

export interface Starting {
  readonly order: EcsOrder;
  readonly plan: Plan<EcsRequest>;
}
/**
 * A token is good for an hour after its task has ended, and ECS describes the task as long (API reference, "Ensuring
 * idempotency"). What was recorded before may have run and be forgotten: it is not run again.
 */
const surelyKnownMs = 55 * 60_000;
/** A definition that another process takes away between two calls is registered anew so often. */
const definitionAttempts = 4;

const gone = (): LongshoreError =>
  new LongshoreError("it was removed while it was being started", { code: "unavailable", operation: "start" });
const lost = (id: string): LongshoreError =>
  new LongshoreError("it was started before, and ECS no longer knows it", { code: "lost", operation: "start", workload: id });

type Input<K extends EcsRequest["request"]> = Extract<EcsRequest, { readonly request: K }>["input"];
export function requestOf<K extends EcsRequest["request"]>(plan: Plan<EcsRequest>, kind: K): Input<K> {
  const found = plan.requests.find(({ request }) => request === kind);
  if (found === undefined) throw new LongshoreError(`the plan has no ${kind}`, { code: "internal", operation: "start" });
  return found.input as Input<K>;
}

interface Claim {
  readonly record: Record;
  /** Made by this very call: nobody can have run anything for it before. */
  readonly isNew: boolean;
}
/** The record that counts for this id: made now, or by whoever came first. */
export async function claim({ records }: EcsParts, wanted: RecordName, signal: AbortSignal): Promise<Claim> {
  const isNew = await records.create(wanted, signal);
  const [record, ...others] = await records.under(wanted.id, signal);
  if (record === undefined) throw gone();
  if (record.specHash === wanted.specHash) return { record, isNew };
  // Ours came second, and must not come first once the other one is removed.
  for (const other of others) if (other.specHash === wanted.specHash) await records.delete(other, signal);
  return { record, isNew: false };
}

export interface Claimed {
  readonly record: Record;
  /** Absent where another spec's record was there first and nothing runs for it. */
  readonly task?: EcsTask;
}

/** Each step may be done twice: the record is the claim, and RunTask is idempotent by the record's token. */
export async function startTask(parts: EcsParts, { order, plan }: Starting, { signal }: Call): Promise<Claimed> {
  const { records, tasks } = parts;
  const { id } = order.spec;
  const definition = requestOf(plan, "RegisterTaskDefinition");
  const wanted: RecordName = { id, kind: "task", family: definition.family ?? "", specHash: order.specHash };
  const { record, isNew } = await claim(parts, wanted, signal);
  const there = isNew ? undefined : await tasks.find(record, signal);
  if (there !== undefined) return { record, task: there };
  // Another spec's is not ours to start; core tells the caller of the conflict.
  if (record.specHash !== order.specHash) return { record };
  if (Date.parse(parts.host.clock.now()) - record.createdAt > surelyKnownMs) throw lost(id);
  const task = await run(parts, { record, definition, input: requestOf(plan, "RunTask") }, signal);
  tasks.remember(record, task);
  const [still] = await Promise.all([records.find(id, signal), records.note(record, task.taskArn ?? "", signal)]);
  if (still?.createdAt === record.createdAt) return { record, task };
  await tasks.stop(task.taskArn ?? "", removedReason, signal);
  throw gone();
}

interface Running {
  readonly record: Record;
  readonly definition: TaskDefinitionInput;
  readonly input: RunTaskCommandInput;
}
const isInactive = (error: unknown): boolean => /inactive|not found|unable to describe/i.test((error as Error).message ?? "");

async function run(parts: EcsParts, { record, definition, input }: Running, signal: AbortSignal): Promise<EcsTask> {
  const { definitions, host, tasks } = parts;
  const attempt = async (): Promise<EcsTask> => {
    const taskDefinition = await definitions.ensure(definition, signal);
    const clientToken = tokenOf(host.owner, record);
    const request = { ...input, taskDefinition, clientToken, group: groupOf(record) };
    try {
      const { tasks: [task] = [], failures = [] } = await tasks.run(request, signal);
      return task ?? (await notTold(parts, record, { failures, signal }));
    } catch (error) {
      if (isInactive(error)) definitions.forget(familyIn(taskDefinition));
      if (errorName(error) !== "ConflictException") throw error;
      // Run before, by a revision of the definition that is gone: that one is the task.
      return (await tasks.find(record, signal)) ?? (await byConflict(parts, error, signal));
    }
  };
  const again = (error: unknown): boolean =>
    !LongshoreError.is(error) && errorName(error) === "ClientException" && isInactive(error);
  return retry({ signal, attempts: definitionAttempts, when: again }, attempt);
}
async function byConflict({ tasks }: EcsParts, error: unknown, signal: AbortSignal): Promise<EcsTask> {
  const [arn] = (error as { readonly resourceIds?: readonly string[] }).resourceIds ?? [];
  const found = arn === undefined ? undefined : await tasks.look(arn, signal);
  if (found === undefined) throw error;
  return found;
}

/** A failure may be told of a task that was started all the same: it is looked for before anyone tries again. */
async function notTold(
  { tasks }: EcsParts,
  record: Record,
  { failures: [first], signal }: { readonly failures: readonly Failure[]; readonly signal: AbortSignal },
): Promise<EcsTask> {
  const found = await tasks.find(record, signal);
  if (found !== undefined) return found;
  const said = [first?.reason, first?.detail].filter((one) => one !== undefined).join(": ") || "ECS does not say why";
  const code = /quota|limit/i.test(said) ? "quota-exceeded" : "unavailable";
  throw new LongshoreError(`ECS started nothing: ${said}`, { code, operation: "start", workload: record.id });
}
