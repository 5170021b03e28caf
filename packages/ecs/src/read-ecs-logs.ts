import { LongshoreError, type WorkloadId } from "@longshore/core";
import { type DriverLogItem, type DriverLogQuery, MergedBatches, sleep } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import type { Record } from "./records.ts";
import { readTaskLog } from "./read-task-log.ts";
import { pollMsOf } from "./until-over.ts";

export interface EcsLogQuery extends DriverLogQuery {
  readonly id: WorkloadId;
}
const unknown = (id: WorkloadId): LongshoreError =>
  new LongshoreError("there is no such workload", { code: "not-found", operation: "logs", workload: id });

/** Undefined where it was removed before it was run. */
async function arnOf(parts: EcsParts, record: Record, { follow, signal }: Waiting): Promise<string | undefined> {
  for (;;) {
    const task = await parts.tasks.find(record, signal);
    if (task?.taskArn !== undefined || !follow) return task?.taskArn;
    await sleep(pollMsOf(parts), signal);
    if ((await parts.records.find(record.id, signal))?.createdAt !== record.createdAt) return undefined;
  }
}
interface Waiting {
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Every task that ECS remembers of a service, and while it is followed every one that comes. */
async function* readServiceLog(
  parts: EcsParts,
  { id, ...query }: EcsLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const merged = new MergedBatches<DriverLogItem>();
  const known = new Set<string>();
  const reading: Promise<void>[] = [];
  const join = async (): Promise<void> => {
    for (const { taskArn = "" } of await parts.services.tasks(id, signal)) {
      if (known.has(taskArn)) continue;
      known.add(taskArn);
      reading.push(merged.add(readTaskLog(parts, { ...query, task: taskArn }, signal)));
    }
  };
  const goOn = async (): Promise<void> => {
    for (;;) {
      const service = await parts.services.describe(id, signal);
      await join();
      if (!query.follow || service === undefined || service.desiredCount === 0) break;
      await sleep(pollMsOf(parts), signal);
    }
    await Promise.all(reading);
  };
  yield* merged.read(goOn(), signal);
}

export async function* readEcsLogs(
  parts: EcsParts,
  query: EcsLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { id, follow } = query;
  const record = await parts.records.find(id, signal);
  if (record === undefined) throw unknown(id);
  if (record.kind === "service") return yield* readServiceLog(parts, query, signal);
  const task = await arnOf(parts, record, { follow, signal });
  if (task !== undefined) yield* readTaskLog(parts, { ...query, task }, signal);
}
