import { LongshoreError, type TaskSpec } from "@longshore/core";
import type { Screen } from "./screen.ts";
import { newId, type Stage } from "./stage.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { failedResult, resultOf, type TaskResult } from "./task-result.ts";

export interface TaskRun {
  readonly definition: TaskDefinition;
  readonly stage: Stage;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}
const removalLimitMs = 20_000;

async function follow(
  { definition, stage: { runtime, needs }, screen, signal }: TaskRun,
  id: TaskSpec["id"],
): Promise<TaskResult> {
  const label = `${runtime.name}/${definition.name}`;
  const spec: TaskSpec = { kind: "task", id, ...definition.spec, ...needs };
  let lines = 0;
  for await (const update of runtime.run(spec, { signal })) {
    if (update.kind === "error") screen.line(`${label}: ${update.error.message}`);
    if (update.kind === "complete") return resultOf(definition, { runtime: runtime.name, ending: update.ending, lines });
    if (update.kind !== "log") continue;
    if (!("gap" in update.record) && update.record.continued !== true) lines++;
    screen.record(label, update.record);
  }
  throw new LongshoreError("the run ended early", { code: "internal", operation: "run" });
}

/** One task on one runtime: its lines live, how it ended, and nothing of it left behind. */
export async function runTask(run: TaskRun): Promise<TaskResult> {
  const { definition, stage, screen, signal } = run;
  const id = newId(`${definition.name}-${stage.runtime.name}`);
  try {
    return await follow(run, id);
  } catch (error) {
    signal.throwIfAborted();
    return failedResult(definition, stage.runtime.name, error);
  } finally {
    // Also after Ctrl-C, when `signal` has aborted already.
    await stage.runtime.remove(id, { signal: AbortSignal.timeout(removalLimitMs) }).catch((error: unknown) => {
      screen.line(`${id} could not be removed: ${(error as Error).message}`);
    });
  }
}
