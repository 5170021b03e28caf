import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { isOver, removedReason } from "./map-task-state.ts";
import { lastPart, streamOf } from "./native-names.ts";
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
async function deleteLogs({ api, host }: EcsParts, tasks: readonly EcsTask[], signal: AbortSignal): Promise<void> {
  const ids = new Set(tasks.map(({ taskArn = "" }) => lastPart(taskArn)));
  await Promise.all([...ids].map((taskId) => api.deleteStream(streamOf(host.owner, taskId), signal)));
}

async function isShared({ records }: EcsParts, { family, name }: Record, signal: AbortSignal): Promise<boolean> {
  for await (const record of records.all(signal)) if (record.family === family && record.name !== name) return true;
  return false;
}

/** The definition goes with the last that runs by it; the record, which bears the id, goes last of all. */
export async function removeWorkload(parts: EcsParts, id: WorkloadId, { signal }: Call): Promise<void> {
  const { records, tasks, definitions, services } = parts;
  const all = await Array.fromAsync(records.all(signal, `${id}/`));
  if (all.some(({ kind }) => kind === "service")) {
    const ours = await services.tasks(id, signal);
    await services.delete(id, signal);
    await endTasks(parts, ours, signal);
    await deleteLogs(parts, ours, signal);
  }
  const recorded = all.filter(({ kind }) => kind === "task");
  const found = [...(await tasks.of(recorded, signal)).values(), ...(await tasks.strays(id, signal))];
  await endTasks(parts, found, signal);
  await deleteLogs(parts, found, signal);
  for (const record of all) {
    const shared = await isShared(parts, record, signal);
    if (!shared) await definitions.prune(record.family, signal);
    await records.delete(record, signal);
    tasks.forget(record);
    // Two that remove the last two at once each see the other's record: whoever is second sees it now.
    if (shared && !(await isShared(parts, record, signal))) await definitions.prune(record.family, signal);
  }
}
