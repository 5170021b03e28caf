import type { Service as EcsService, Task as EcsTask } from "@aws-sdk/client-ecs";
import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { lastPart } from "./native-names.ts";

interface Said {
  readonly at: Date | undefined;
  readonly text: string;
}
/** What DescribeTasks tells of a task's way, oldest first. */
function wayOf(task: EcsTask): readonly Said[] {
  const steps: readonly Said[] = [
    { at: task.createdAt, text: `created by ${task.taskDefinitionArn ?? "an unknown definition"}` },
    { at: task.connectivityAt, text: `connected in ${task.availabilityZone ?? "an unknown zone"}` },
    { at: task.pullStartedAt, text: "pulling images" },
    { at: task.pullStoppedAt, text: "images are there" },
    { at: task.startedAt, text: "started" },
    { at: task.stoppingAt, text: `stopping: ${task.stopCode ?? ""} ${task.stoppedReason ?? ""}`.trim() },
    ...(task.containers ?? []).flatMap(({ name, reason }) =>
      reason === undefined ? [] : [{ at: task.stoppingAt ?? task.createdAt, text: `container ${name}: ${reason}` }],
    ),
    { at: task.executionStoppedAt, text: "nothing of it runs any more" },
    { at: task.stoppedAt, text: "stopped" },
  ];
  return steps.filter(({ at }) => at !== undefined);
}
const eventsOf = ({ events = [] }: EcsService): readonly Said[] =>
  events.map(({ createdAt, message = "" }) => ({ at: createdAt, text: message })).reverse();

function toItems(instance: string, said: readonly Said[]): readonly DriverLogItem[] {
  const sorted = said.toSorted((one, other) => (one.at?.getTime() ?? 0) - (other.at?.getTime() ?? 0));
  return sorted.map(({ at, text }, index): DriverLogItem => {
    const position = `${at?.getTime() ?? 0}.${index}`;
    const bytes = new TextEncoder().encode(`${text.replace(/\s+/g, " ")}\n`);
    return { kind: "bytes", stream: "stdout", instance, at: instant(at?.getTime() ?? 0), bytes, position };
  });
}

/** What ECS itself tells: the events of a service, and of each task how it came and why it went. */
export async function* readBackendLogs(
  parts: EcsParts,
  id: WorkloadId,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const record = await parts.records.find(id, signal);
  if (record === undefined)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "backendLogs", workload: id });
  if (record.kind === "service") {
    const service = await parts.services.describe(id, signal);
    if (service !== undefined) yield toItems(id, eventsOf(service));
    for (const task of await parts.services.tasks(id, signal)) yield toItems(lastPart(task.taskArn ?? ""), wayOf(task));
    return;
  }
  const task = await parts.tasks.find(record, signal);
  if (task !== undefined) yield toItems(lastPart(task.taskArn ?? ""), wayOf(task));
}
