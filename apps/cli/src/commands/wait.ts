import { workloadId } from "@longshore/core";
import { exitCodeOfEnding } from "../exit-code-of-ending.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { progressLine } from "../output/progress-line.ts";
import { asTask, findWorkload } from "../runtimes/find-workload.ts";
import type { Session } from "../session.ts";
import { reportEnding } from "./report-ending.ts";

/** Until the task has ended, however it was started; exits as the task did. */
export async function wait(session: Session, id: string): Promise<number> {
  await using found = await findWorkload(session, workloadId(id));
  const task = asTask(found);
  using progress = await progressLine(!session.json);
  progress.show(`${id} is ${task.state.phase}`);
  const ending = await found.runtime.wait(task.id, { signal: session.interrupts.signal });
  progress.clear();
  if (session.json) await session.output.json(describeWorkload(found.runtime.name, { ...task, state: ending }));
  else await reportEnding(session, task.id, ending);
  return exitCodeOfEnding(ending);
}
