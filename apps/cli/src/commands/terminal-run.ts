import type { Runtime, TaskSpec } from "@longshore/core";
import { exitCodeOfEnding } from "../exit-code-of-ending.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import type { ProgressLine } from "../output/progress-line.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import { showAttached } from "./attach.ts";
import { clearFailedStart } from "./clear-failed-start.ts";
import { reportEnding } from "./report-ending.ts";
import { showProgress } from "./show-progress.ts";

export interface TerminalRunParts {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly spec: TaskSpec;
  readonly progress: ProgressLine;
  readonly keep: boolean;
  readonly interactive: boolean;
}

/** Also a program that ends before anybody could attach has said what it said. */
async function showWhatWasMissed({ session, runtime, spec }: TerminalRunParts): Promise<void> {
  for await (const record of runtime.logs(spec.id, {}, { signal: session.interrupts.signal }))
    if ("text" in record) await session.output.write(record.stream, `${record.text}\n`);
}

/** Answers whether somebody typed the detach keys. */
async function show(parts: TerminalRunParts): Promise<boolean> {
  const { session, runtime, spec, interactive } = parts;
  const before = session.output.written;
  const request = { id: spec.id };
  try {
    const { detached } = await showAttached(session, runtime, { request, flags: { tty: interactive } });
    if (detached) return true;
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    const seen = await runtime.inspect(spec.id, { signal: session.interrupts.signal });
    if (seen.kind !== "task" || seen.state.phase !== "exited") throw error;
  }
  if (session.output.written === before) await showWhatWasMissed(parts);
  return false;
}

async function attend(parts: TerminalRunParts): Promise<number> {
  const { session, runtime, spec, keep } = parts;
  const { signal } = session.interrupts;
  if (await show(parts)) {
    await session.output.note(`left ${spec.id}, which goes on; longshore attach -t ${spec.id}`);
    return 0;
  }
  const ending = await runtime.wait(spec.id, { signal });
  if (!session.json) await reportEnding(session, spec.id, ending);
  if (!keep) await runtime.remove(spec.id, { signal });
  return exitCodeOfEnding(ending);
}

/** A task whose terminal is ours until it ends or is left: keys go to the program, and Ctrl-C is one of them. */
export async function terminalRun(parts: TerminalRunParts): Promise<number> {
  const { session, runtime, spec, progress } = parts;
  const { signal } = session.interrupts;
  try {
    const task = await runtime.start(spec, { signal, onProgress: showProgress(session, progress, spec.id) });
    progress.clear();
    if (session.json) await session.output.json({ update: "status", ...describeWorkload(runtime.name, task) });
  } catch (error) {
    await clearFailedStart({ runtime, spec, signal }, error);
    throw error;
  }
  try {
    return await attend(parts);
  } catch (error) {
    if (session.interrupts.wanted) await session.output.note(`left ${spec.id}, which goes on; longshore rm ${spec.id} ends it`);
    else if (!signal.aborted)
      await runtime.remove(spec.id, { signal }).catch((failure: unknown) => session.output.note(messageOf(failure)));
    throw error;
  }
}
