import { defaultStopGraceMs, instant, type StopResult, type WorkloadId } from "@longshore/core";
import type { Call, DriverStopOptions } from "@longshore/core/driver";
import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import type { EcsParts } from "./ecs-parts.ts";
import { isOver, mainOf, reasonOf } from "./map-task-state.ts";
import type { Record } from "./records.ts";
import { removeWorkload } from "./remove-workload.ts";
import { patienceMs, untilOver } from "./until-over.ts";

/** 128 and the number of SIGKILL: ECS tells no signals. */
const killedCode = 137;

const unconfirmed = (graceMs: number): StopResult => ({
  state: "unconfirmed",
  forced: false,
  graceMs,
  deadline: instant(Date.now() + patienceMs),
  reason: "ECS was told to stop it and does not say that it has",
});

async function stopTask(parts: EcsParts, task: EcsTask, { intent, call }: Stopping): Promise<StopResult> {
  const { tasks, definitions } = parts;
  const { signal } = call;
  const arn = task.taskArn ?? "";
  const { graceMs = defaultStopGraceMs } = (await definitions.facts(task.taskDefinitionArn ?? "", signal)) ?? {};
  if (isOver(task)) return { state: "confirmed", forced: false, graceMs };
  // The reason is the intent: ECS records both at once, before any signal, and keeps the first.
  if (task.desiredStatus !== "STOPPED") await tasks.stop(arn, reasonOf(intent), signal);
  let last: EcsTask | undefined = task;
  const look = async (): Promise<boolean> => {
    last = await tasks.look(arn, signal);
    return last === undefined || isOver(last);
  };
  if (!(await untilOver(parts, { look, graceMs }, signal))) return unconfirmed(graceMs);
  return { state: "confirmed", forced: mainOf(last)?.exitCode === killedCode, graceMs };
}
interface Stopping {
  readonly intent: DriverStopOptions["intent"];
  readonly call: Call;
}

/** The count of a service is what says that it is stopped, and outlasts us. */
async function stopService(parts: EcsParts, { id }: Record, { signal }: Call): Promise<StopResult> {
  const { services } = parts;
  const seen = await services.look(id, signal);
  const graceMs = seen?.facts.graceMs ?? defaultStopGraceMs;
  if (seen === undefined) return { state: "confirmed", forced: false, graceMs };
  const before = new Set(seen.tasks.filter((task) => !isOver(task)).map(({ taskArn }) => taskArn));
  if (seen.service.desiredCount !== 0) await services.update(id, { desiredCount: 0 }, signal);
  let last = seen.tasks;
  const look = async (): Promise<boolean> => {
    last = await services.tasks(id, signal);
    return last.every(isOver);
  };
  if (!(await untilOver(parts, { look, graceMs }, signal))) return unconfirmed(graceMs);
  const forced = last.some((task) => before.has(task.taskArn) && mainOf(task)?.exitCode === killedCode);
  return { state: "confirmed", forced, graceMs };
}

/** The grace is the spec's: ECS takes none with a stop. */
export async function stopWorkload(
  parts: EcsParts,
  { id, intent }: DriverStopOptions & { readonly id: WorkloadId },
  call: Call,
): Promise<StopResult> {
  const record = await parts.records.find(id, call.signal);
  const nothing: StopResult = { state: "confirmed", forced: false, graceMs: defaultStopGraceMs };
  if (record === undefined) return nothing;
  if (record.kind === "service") return stopService(parts, record, call);
  const task = await parts.tasks.find(record, call.signal);
  if (task !== undefined) return stopTask(parts, task, { intent, call });
  // Recorded and not run: without its record nobody runs it any more.
  await removeWorkload(parts, id, call);
  return nothing;
}
