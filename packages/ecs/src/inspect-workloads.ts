import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { instant, type Leftover, type ListFilter, type Task, type Workload, type WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";
import type { Facts } from "./definitions.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { mapTaskState } from "./map-task-state.ts";
import type { Record } from "./records.ts";

/** So long a record without a task may be one whose task is about to be seen; DescribeTasks is consistent within minutes. */
const unseenMs = 10 * 60_000;
const nothing: Facts = { labels: {}, graceMs: 0, specHash: "", replicas: 1, probed: false, ports: [] };

async function factsOf({ definitions }: EcsParts, task: EcsTask | undefined, signal: AbortSignal): Promise<Facts> {
  const arn = task?.taskDefinitionArn;
  return (arn === undefined ? undefined : await definitions.facts(arn, signal)) ?? nothing;
}
/** A task as the record and ECS know it; without one it has not been run yet. */
export async function toTask(parts: EcsParts, record: Record, { task, signal }: Seen): Promise<Task> {
  const { labels, timeoutMs } = await factsOf(parts, task, signal);
  const state = task === undefined ? ({ phase: "pending", reason: "recorded" } as const) : mapTaskState(task);
  const began = task?.startedAt?.getTime();
  const limited = timeoutMs !== undefined && began !== undefined && state.phase !== "exited";
  return {
    kind: "task",
    id: record.id,
    nativeId: task?.taskArn ?? record.name,
    specHash: record.specHash,
    labels,
    createdAt: instant(record.createdAt),
    state,
    ...(limited && { deadline: instant(began + timeoutMs) }),
  };
}
interface Seen {
  readonly task: EcsTask | undefined;
  readonly signal: AbortSignal;
}

/** One listing of records, one DescribeTasks for a hundred. What runs is known to be there; what has ended may have been removed. */
export async function inspectWorkloads(
  parts: EcsParts,
  ids: readonly WorkloadId[],
  signal: AbortSignal,
): Promise<readonly DriverInspection[]> {
  const live = await parts.tasks.live(ids, signal);
  const others = ids.filter((id) => !live.has(id));
  const records = others.length === 0 ? new Map<WorkloadId, Record>() : await parts.records.of(others, signal);
  const found = new Map([...live.values()].map(({ record, task }) => [record, task]));
  const tasks = [...records.values()].filter(({ kind }) => kind === "task");
  for (const [record, task] of await parts.tasks.of(tasks, signal)) found.set(record, task);
  const answer = async (id: WorkloadId): Promise<DriverInspection> => {
    const record = live.get(id)?.record ?? records.get(id);
    if (record === undefined) return { kind: "absent", id };
    if (record.kind === "service") return parts.services.inspect(record, signal);
    const task = found.get(record);
    if (task === undefined && isForgotten(parts, record)) return { kind: "absent", id };
    return toTask(parts, record, { task, signal });
  };
  return Promise.all(ids.map(answer));
}
/** Older than that: its task was there, if ever it was run. */
export const isForgotten = ({ host }: EcsParts, { createdAt }: Record): boolean =>
  Date.parse(host.clock.now()) - createdAt > unseenMs;

const isWanted = ({ labels }: Workload, { labels: wanted = {} }: ListFilter): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Records whose workload is not there are leftovers, so that a sweep finds what a killed start has left. */
export async function* listWorkloads(
  parts: EcsParts,
  filter: ListFilter,
  signal: AbortSignal,
): AsyncGenerator<Workload | Leftover, void, void> {
  const records = new Map<WorkloadId, Record>();
  const byAge = (await parts.records.snapshot(signal)).toSorted((one, other) => one.createdAt - other.createdAt);
  for (const record of byAge) if (!records.has(record.id)) records.set(record.id, record);
  const all = [...records.values()].filter(({ kind }) => filter.kind === undefined || kind === filter.kind);
  const tasks = await parts.tasks.of(
    all.filter(({ kind }) => kind === "task"),
    signal,
  );
  for (const record of all) {
    const task = tasks.get(record);
    const found =
      record.kind === "service"
        ? await parts.services.inspect(record, signal)
        : task && (await toTask(parts, record, { task, signal }));
    if (found?.kind === "task" || found?.kind === "service") {
      if (isWanted(found, filter)) yield found;
      continue;
    }
    const { id, name: nativeId } = record;
    yield { kind: "leftover", id, what: "log stream", nativeId, createdAt: instant(record.createdAt) };
  }
}
