import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { isOver, removedReason } from "./map-task-state.ts";
import { lastPart, streamRoot } from "./native-names.ts";
import type { Record } from "./records.ts";
import { untilOver } from "./until-over.ts";

/** ContainerDefinition.stopTimeout's maximum: whatever the spec says, it is over by then. */
const mostGraceMs = 120_000;

async function endTasks(parts: EcsParts, running: readonly EcsTask[], signal: AbortSignal): Promise<void> {
  const { tasks } = parts;
  const arns = running.filter((task) => !isOver(task)).map(({ taskArn = "" }) => taskArn);
  const asked = running.filter((task) => task.desiredStatus !== "STOPPED" && !isOver(task));
  await Promise.all(asked.map(({ taskArn = "" }) => tasks.stop(taskArn, removedReason, signal)));
  const look = async (): Promise<boolean> => {
    const seen = await Promise.all(arns.map((arn) => tasks.look(arn, signal)));
    return seen.every((task) => task === undefined || isOver(task));
  };
  if (arns.length === 0 || (await untilOver(parts, { look, graceMs: mostGraceMs }, signal))) return;
  throw new LongshoreError("ECS does not say that it has ended", { code: "unavailable", operation: "remove" });
}
async function deleteLogs({ logGroup, host }: EcsParts, arns: readonly string[], signal: AbortSignal): Promise<void> {
  const names = new Set(arns.map((arn) => `${streamRoot(host.owner)}${lastPart(arn)}`));
  await Promise.all([...names].map((name) => logGroup.deleteStream(name, signal)));
}
async function isShared({ records }: EcsParts, { family, name }: Record, signal: AbortSignal): Promise<boolean> {
  return (await records.snapshot(signal)).some((record) => record.family === family && record.name !== name);
}

/** Its log streams are known by their prefix, also those of tasks that ECS has forgotten. */
async function removeService(parts: EcsParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  const { services, logGroup, host } = parts;
  const ours = await services.tasks(id, signal);
  await services.delete(id, signal);
  await endTasks(parts, ours, signal);
  const streams = await Array.fromAsync(logGroup.streams(streamRoot(host.owner, id), signal));
  await Promise.all(streams.map(({ logStreamName = "" }) => logGroup.deleteStream(logStreamName, signal)));
}
async function removeTasks(parts: EcsParts, id: WorkloadId, { recorded, signal }: Removing): Promise<void> {
  const { records, tasks } = parts;
  const seen = await tasks.of(recorded, signal);
  const forgotten = recorded.filter((record) => !seen.has(record));
  // A record has one task at most; without records nobody knows what runs.
  const strays = recorded.length > 0 && forgotten.length === 0 ? [] : await tasks.strays(id, signal);
  const found = [...seen.values(), ...strays];
  await endTasks(parts, found, signal);
  const noted = await Promise.all(forgotten.map((record) => records.noted(record, signal)));
  await deleteLogs(parts, [...found.map(({ taskArn = "" }) => taskArn), ...noted.flatMap((arn) => arn ?? [])], signal);
}
interface Removing {
  readonly recorded: readonly Record[];
  readonly signal: AbortSignal;
}

/** The definition goes with the last that runs by it; the record, which bears the id, goes last of all. */
export async function removeWorkload(parts: EcsParts, id: WorkloadId, { signal }: Call): Promise<void> {
  const { records, tasks, definitions } = parts;
  const all = await records.under(id, signal);
  if (all.some(({ kind }) => kind === "service")) await removeService(parts, id, signal);
  await removeTasks(parts, id, { recorded: all.filter(({ kind }) => kind === "task"), signal });
  for (const record of all) {
    const shared = await isShared(parts, record, signal);
    if (!shared) await definitions.prune(record.family, signal);
    await records.delete(record, signal);
    tasks.forget(record);
    // Two that remove the last two at once each see the other's record: whoever is second sees it now.
    if (shared && !(await isShared(parts, record, signal))) await definitions.prune(record.family, signal);
  }
}
