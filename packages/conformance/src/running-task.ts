import type { Runtime, TaskSpec } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import type { Program } from "./program.ts";
import type { Stage } from "./stage.ts";

export interface RunningTask {
  readonly runtime: Runtime;
  readonly spec: TaskSpec;
}
/** A task that has begun its work, and a runtime that started it. */
export async function runningTask(stage: Stage, program: Program, more: Partial<TaskSpec> = {}): Promise<RunningTask> {
  const runtime = await stage.open();
  const spec = stage.task(program, more);
  await stage.soon(runtime.start(spec), "start");
  await firstLine(stage, runtime, spec.id);
  return { runtime, spec };
}
