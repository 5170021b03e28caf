import { LongshoreError, type WorkloadId } from "@longshore/core";
import { type DriverLogItem, type DriverLogQuery, MergedBatches, sleep } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { isForgotten } from "./inspect-workloads.ts";
import { lastPart, streamRoot } from "./native-names.ts";
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
    if (task?.taskArn !== undefined) return task.taskArn;
    if (isForgotten(parts, record)) return parts.records.noted(record, signal);
    if (!follow) return undefined;
    await sleep(pollMsOf(parts), signal);
    if ((await parts.records.find(record.id, signal))?.createdAt !== record.createdAt) return undefined;
  }
}
interface Waiting {
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** By their ids, the oldest first: whose streams are there. */
async function streamsOf({ logGroup, host }: EcsParts, id: WorkloadId, signal: AbortSignal): Promise<readonly string[]> {
  const streams = await Array.fromAsync(logGroup.streams(streamRoot(host.owner, id), signal));
  const sorted = streams.toSorted((one, other) => (one.creationTime ?? 0) - (other.creationTime ?? 0));
  return sorted.map(({ logStreamName = "" }) => lastPart(logStreamName));
}

/** Every task of a service that has a stream, also those that ECS has forgotten; while it is followed every one that comes. */
async function* readServiceLog(
  parts: EcsParts,
  { id, ...query }: EcsLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const merged = new MergedBatches<DriverLogItem>();
  const known = new Set<string>();
  const reading: Promise<void>[] = [];
  const read = (task: string, follow: boolean): void => {
    if (known.has(lastPart(task))) return;
    known.add(lastPart(task));
    reading.push(merged.add(readTaskLog(parts, { ...query, task, follow, service: id }, signal)));
  };
  const join = async (before: readonly string[] = []): Promise<void> => {
    const tasks = (await parts.services.tasks(id, signal)).map(({ taskArn = "" }) => taskArn);
    const remembered = new Set(tasks.map(lastPart));
    for (const task of before) if (!remembered.has(task)) read(task, false);
    for (const task of tasks) read(task, query.follow);
  };
  const goOn = async (): Promise<void> => {
    // Listed before the tasks are: a stream without a task is of one that is long over.
    await join(await streamsOf(parts, id, signal));
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
