import { decideEnding } from "./decide-ending.ts";
import { instant } from "./instant.ts";
import type { MemoryRecord } from "./memory-backend.ts";
import type { Task, TaskState } from "./workload.ts";

function stateOf({ process, startedAt, finishedAt, failure, intent }: MemoryRecord): TaskState {
  if (finishedAt !== undefined) {
    return decideEnding({
      finishedAt,
      ...(startedAt !== undefined && { startedAt }),
      ...(process?.exit !== undefined && { exit: process.exit }),
      ...(intent !== undefined && { intent }),
      ...(failure !== undefined && { failure }),
    });
  }
  if (process === undefined || startedAt === undefined) return { phase: "pending" };
  return { phase: intent === undefined ? "running" : "stopping", startedAt };
}

/** A record of the backend in the contract's words. */
export function memoryTask(record: MemoryRecord): Task {
  const { request, createdAt, startedAt } = record;
  const { id, name, specHash, labels, timeoutMs } = request;
  const task: Task = { kind: "task", id, nativeId: name, specHash, labels, createdAt, state: stateOf(record) };
  if (timeoutMs === undefined || startedAt === undefined) return task;
  return { ...task, deadline: instant(Date.parse(startedAt) + timeoutMs) };
}
