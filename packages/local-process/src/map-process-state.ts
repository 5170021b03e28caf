import { type Exit, type Instant, instant, type Task, type TaskState, type WorkloadId } from "@longshore/core";
import { decideEnding, diagnose } from "@longshore/core/driver";
import type { ClaimRecord, ExitRecord, IntentRecord, StartedRecord, TaskRecord } from "./task-record.ts";

/** What a look found in a task's folder and among the processes. */
export interface Evidence {
  readonly task: TaskRecord;
  /** Who had, or has, the sole right to start the program. */
  readonly claim?: ClaimRecord;
  /** The one who has it is alive. */
  readonly supervised: boolean;
  readonly started?: StartedRecord;
  readonly intent?: IntentRecord;
  readonly exit?: ExitRecord;
}

/** Pure. */
export function mapProcessState({ claim, supervised, started, intent, exit }: Evidence): TaskState {
  if (exit !== undefined) return endingOf(exit, started);
  const startedAt = started === undefined ? {} : { startedAt: started.at };
  if (intent !== undefined) return { phase: "stopping", ...startedAt };
  // A claim without a supervisor, and still no end: processes of the program are there, or there were just now.
  if (started !== undefined || (claim !== undefined && !supervised)) return { phase: "running", ...startedAt };
  return { phase: "pending", reason: supervised ? "its supervisor is starting it" : "it waits for a supervisor; start it again" };
}

function endingOf({ finishedAt, intent, failure, ...end }: ExitRecord, started: StartedRecord | undefined): TaskState {
  const exit = started === undefined ? undefined : exitOf(end, failure?.detail);
  return decideEnding({
    finishedAt,
    ...(started !== undefined && { startedAt: started.at }),
    ...(exit !== undefined && { exit }),
    ...(intent !== undefined && { intent }),
    ...(failure !== undefined && { failure: diagnose(failure.code, failure.detail) }),
  });
}

export function exitOf({ code, signal }: Pick<ExitRecord, "code" | "signal">, unknown = "its end was not seen"): Exit {
  if (signal !== undefined) return { signal, evidence: `its supervisor saw it end by ${signal}` };
  if (code !== undefined) return { code, evidence: `its supervisor saw it exit with ${code}` };
  return { evidence: unknown };
}

/** The folder is what it is called by on this machine. */
export function toTask(folder: string, evidence: Evidence): Task {
  const { task, started } = evidence;
  const deadline = deadlineOf(started?.at, task.request.timeoutMs);
  return {
    kind: "task",
    id: task.id as WorkloadId,
    nativeId: folder,
    specHash: task.specHash,
    labels: task.labels,
    createdAt: task.createdAt,
    state: mapProcessState(evidence),
    ...(deadline !== undefined && { deadline }),
  };
}

const deadlineOf = (startedAt: Instant | undefined, timeoutMs: number | undefined): Instant | undefined =>
  startedAt === undefined || timeoutMs === undefined ? undefined : instant(Date.parse(startedAt) + timeoutMs);
