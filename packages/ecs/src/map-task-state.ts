import type { Container, Task as EcsTask } from "@aws-sdk/client-ecs";
import { diagnose, type Diagnosis, type Exit, instant, type Instant, type TaskState } from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import { mainContainer } from "./native-names.ts";

/** The reason of a stop of ours; nobody else's begins so. */
const intents: Readonly<Record<StopIntent, string>> = {
  stopped: "longshore: stopped",
  "timed-out": "longshore: timed-out",
};
export const reasonOf = (intent: StopIntent): string => intents[intent];

const when = (date: Date | undefined): Instant | undefined => (date === undefined ? undefined : instant(date.getTime()));
export const mainOf = (task: EcsTask | undefined): Container | undefined =>
  task?.containers?.find(({ name }) => name === mainContainer);

/** Nothing of it runs any more: while it is deprovisioned only its network interface is taken away. */
export const isOver = ({ lastStatus, executionStoppedAt }: EcsTask): boolean =>
  lastStatus === "STOPPED" || ((lastStatus === "DEPROVISIONING" || lastStatus === "DELETED") && executionStoppedAt !== undefined);

/** What a task is ended for that is removed while it runs. */
export const removedReason = "longshore: removed";

function intentOf({ stopCode, stoppedReason }: EcsTask): StopIntent | undefined {
  if (stopCode !== "UserInitiated") return undefined;
  if (stoppedReason === intents["timed-out"]) return "timed-out";
  return stoppedReason === intents.stopped || stoppedReason === removedReason ? "stopped" : undefined;
}

/** The container's own reason is nearer to the cause than the task's. */
function diagnoseStart(task: EcsTask): Diagnosis {
  const said = mainOf(task)?.reason ?? task.stoppedReason ?? "ECS does not say why";
  if (/CannotPull/i.test(said)) return diagnosePull(said);
  if (/no space|Capacity is unavailable|RESOURCE:/i.test(said)) return diagnose("no-capacity", said);
  if (/executable file not found|no such file or directory/i.test(said)) return diagnose("command-not-found", said);
  if (/exec format error/i.test(said)) return diagnose("image-platform", said);
  if (/permission denied|is a directory/i.test(said)) return diagnose("command-not-executable", said);
  if (/ResourceInitializationError|CannotCreateContainer|CannotStartContainer|InvalidParameter/i.test(said))
    return diagnose("invalid-config", said);
  return diagnose("platform-fault", said);
}
function diagnosePull(said: string): Diagnosis {
  if (/no matching manifest|matching platform|image operating system/i.test(said)) return diagnose("image-platform", said);
  if (/not found|does not exist|manifest unknown|NotFoundException|repository name/i.test(said))
    return diagnose("image-not-found", said);
  if (/unauthorized|denied|no basic auth|authentication/i.test(said)) return diagnose("image-unauthorized", said);
  if (/toomanyrequests|rate limit/i.test(said)) return diagnose("throttled", said);
  return diagnose("platform-fault", said);
}
/** What ECS says of an end that was not the program's (API reference, Task.stopCode). */
function diagnoseStop(task: EcsTask): Diagnosis | undefined {
  const { stopCode, stoppedReason = "" } = task;
  switch (stopCode) {
    case "TaskFailedToStart":
      return diagnoseStart(task);
    case "SpotInterruption":
    case "TerminationNotice":
      return diagnose("interrupted", stoppedReason);
    case "ServiceSchedulerInitiated":
      return diagnose("interrupted", stoppedReason);
    case "UserInitiated":
      // By somebody else: the console, or another tool.
      return diagnose("interrupted", stoppedReason);
    case "EssentialContainerExited":
    case undefined:
      return undefined;
    case "InfrastructureHealth":
    default:
      // ECS gains others now and then.
      return diagnose("platform-fault", `${String(stopCode)}: ${stoppedReason}`);
  }
}
function exitOf(task: EcsTask): Exit | undefined {
  const { exitCode, reason } = mainOf(task) ?? {};
  if (exitCode === undefined) return undefined;
  const evidence = `stopCode ${task.stopCode ?? "none"}, exitCode ${exitCode}${reason === undefined ? "" : `, ${reason}`}`;
  return { code: exitCode, ...(/OutOfMemory/.test(reason ?? "") && { oomKilled: true }), evidence };
}

/** Pure. ECS says STOPPED of whatever has ended: success is a code of 0 and nothing that speaks against it. */
export function mapTaskState(task: EcsTask): TaskState {
  const startedAt = when(task.startedAt);
  const started = startedAt === undefined ? {} : { startedAt };
  if (!isOver(task)) {
    if (task.desiredStatus === "STOPPED") return { phase: "stopping", ...started };
    if (task.lastStatus === "RUNNING") return { phase: "running", ...started };
    return { phase: "pending", reason: task.lastStatus ?? "started" };
  }
  const finishedAt = when(task.executionStoppedAt ?? task.stoppedAt ?? task.stoppingAt ?? task.createdAt) ?? instant(0);
  const [exit, intent, failure] = [exitOf(task), intentOf(task), diagnoseStop(task)];
  return decideEnding({
    ...started,
    finishedAt,
    ...(exit !== undefined && { exit }),
    ...(intent !== undefined && { intent }),
    ...(failure !== undefined && { failure }),
  });
}
