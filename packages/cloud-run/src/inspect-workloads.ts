import { instant, type Leftover, type ListFilter, type Task, type Workload, type WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { executionName } from "./executions.ts";
import { isTask, type Job } from "./jobs.ts";
import { hasEnded, mapTaskState, type SeenTask } from "./map-task-state.ts";
import { mapService } from "./map-service-state.ts";
import { hashOf, idOf, labelsOf } from "./native-names.ts";
import { toMillis, whenever } from "./timestamps.ts";

/** More ids than this are looked for among all of the owner's. */
const fewIds = 3;

/** So long an execution may be there and not be shown: lists and looks are consistent within seconds. */
const unseenMs = 10 * 60_000;
function isForgotten({ host }: CloudRunParts, { executionCount, latestCreatedExecution, updateTime }: Job): boolean {
  const { completionTime, createTime } = latestCreatedExecution ?? {};
  const known = toMillis(completionTime ?? createTime ?? updateTime ?? {});
  return (executionCount ?? 0) > 0 && Date.parse(host.clock.now()) - known > unseenMs;
}
/** All that Cloud Run knows of it now. */
export async function seeTask(parts: CloudRunParts, job: Job, signal: AbortSignal): Promise<SeenTask> {
  const execution = await parts.executions.look(executionName(job), signal);
  if (execution === undefined) return { job, isForgotten: isForgotten(parts, job) };
  if (!hasEnded(execution)) return { job, execution };
  const task = await parts.executions.task(execution, signal);
  return { job, execution, task, verdict: await parts.verdicts.of({ job, execution, task }, signal) };
}
export async function toTask(parts: CloudRunParts, job: Job, signal: AbortSignal): Promise<Task> {
  const seen = await seeTask(parts, job, signal);
  return {
    kind: "task",
    id: idOf(job, parts.host.owner) as WorkloadId,
    nativeId: job.name ?? "",
    specHash: hashOf(job),
    labels: labelsOf(job),
    createdAt: whenever(job.createTime) ?? instant(0),
    state: mapTaskState(seen),
  };
}
/** One that is being deleted is about to be gone. */
const isLeaving = ({ deleteTime }: Job): boolean => deleteTime != null;

/** By name where there are few, else by one listing of each kind. */
export async function inspectWorkloads(
  parts: CloudRunParts,
  ids: readonly WorkloadId[],
  signal: AbortSignal,
): Promise<readonly DriverInspection[]> {
  const { jobs, services, host } = parts;
  const listed = ids.length > fewIds ? await Array.fromAsync(jobs.all(signal)) : undefined;
  const byId = new Map(listed?.filter(isTask).map((job) => [idOf(job, host.owner), job]));
  const others = listed === undefined || ids.every((id) => byId.has(id)) ? undefined : (await services.lookAll(signal)).services;
  const answer = async (id: WorkloadId): Promise<DriverInspection> => {
    const job = listed === undefined ? await jobs.find(id, signal) : byId.get(id);
    if (job !== undefined) return isLeaving(job) ? { kind: "absent", id } : toTask(parts, job, signal);
    if (others === undefined) return services.inspect(id, signal);
    const seen = others.get(id);
    return seen === undefined ? { kind: "absent", id } : mapService(id, seen);
  };
  return Promise.all(ids.map(answer));
}

const isWanted = ({ labels, kind }: Workload, { labels: wanted = {}, kind: only = kind }: ListFilter): boolean =>
  kind === only && Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** What is being deleted already is a leftover of a removal that was cut short. */
export async function* listWorkloads(
  parts: CloudRunParts,
  filter: ListFilter,
  signal: AbortSignal,
): AsyncGenerator<Workload | Leftover, void, void> {
  const { jobs, services, host } = parts;
  const all = filter.kind === "service" ? [] : (await Array.fromAsync(jobs.all(signal))).filter(isTask);
  const leaving = all.filter(isLeaving);
  const tasks = await Promise.all(all.filter((job) => !isLeaving(job)).map((job) => toTask(parts, job, signal)));
  yield* tasks.filter((task) => isWanted(task, filter));
  for (const { name, createTime, labels } of leaving) {
    const id = idOf({ labels: labels ?? {} }, host.owner) as WorkloadId;
    yield { kind: "leftover", id, what: "job", nativeId: name ?? "", createdAt: whenever(createTime) ?? instant(0) };
  }
  if (filter.kind === "task") return;
  for await (const found of services.all(signal)) if (found.kind === "leftover" || isWanted(found, filter)) yield found;
}
