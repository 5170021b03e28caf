import type { TaskSpec } from "@longshore/core";
import { openConfigured } from "../config/open-configured.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { progressLine } from "../output/progress-line.ts";
import { chooseRuntime } from "../runtimes/choose-runtime.ts";
import type { Session } from "../session.ts";
import { readTaskSpec } from "../spec/read-task-spec.ts";
import type { SpecFlags } from "../spec/spec-flags.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import { AttendedRun } from "./attended-run.ts";
import { terminalRun } from "./terminal-run.ts";
import { showProgress } from "./show-progress.ts";
import { adviseRuntime } from "./advise-runtime.ts";

export interface RunFlags extends SpecFlags {
  readonly detach?: boolean;
  readonly keep?: boolean;
}

/** Starts a task; unless detached, shows its output, exits as it does and removes it. */
export async function run(session: Session, flags: RunFlags, command: readonly string[]): Promise<number> {
  const spec = await readTaskSpec(flags, command);
  const name = chooseRuntime(session, spec);
  await using runtime = await openConfigured(session.config, name, { signal: session.interrupts.signal });
  const typing = flags.interactive === true || flags.tty === true;
  if (typing && flags.detach !== true && !runtime.supports("attach")) throw lacksCapability(runtime, "attach", spec.id);
  using progress = await progressLine(!session.json);
  progress.show(`starting ${spec.id} on ${name}`);
  const keep = flags.keep === true;
  try {
    if (flags.detach !== true && flags.tty === true)
      return await terminalRun({ session, runtime, spec, progress, keep, interactive: flags.interactive === true });
    if (flags.detach !== true) {
      const input = flags.interactive === true ? process.stdin : undefined;
      return await new AttendedRun({ session, runtime, spec, progress, keep, ...(input && { input }) }).attend();
    }
    const onProgress = showProgress(session, progress, spec.id);
    const task = await runtime.start(spec, { signal: session.interrupts.signal, onProgress });
    progress.clear();
    if (session.json) await session.output.json({ update: "status", ...describeWorkload(name, task) });
    else await session.output.line(spec.id);
    return 0;
  } catch (error) {
    throw adviseRuntime(error, session, spec satisfies TaskSpec);
  }
}
