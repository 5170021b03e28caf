import { LongshoreError, type Runtime, type Service, type WorkloadId, workloadId } from "@longshore/core";
import { summarizeService } from "../output/describe-service.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { progressLine } from "../output/progress-line.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import { followService } from "../runtimes/follow-service.ts";
import type { Session } from "../session.ts";
import { leaving } from "./leaving.ts";

type Verb = "restart" | "resume";
type Act = (runtime: Runtime, id: WorkloadId, options: { readonly signal: AbortSignal }) => Promise<Service>;

async function change(
  session: Session,
  given: string,
  { verb, act }: { readonly verb: Verb; readonly act: Act },
): Promise<number> {
  const id = workloadId(given);
  await using found = await findWorkload(session, id);
  const { runtime, workload } = found;
  const { signal } = session.interrupts;
  if (workload.kind === "task") {
    const message = `${id} is a task, which runs once; ${verb} is for services`;
    throw new LongshoreError(message, { code: "unsupported", operation: verb, runtime: runtime.name, workload: id });
  }
  using progress = await progressLine(!session.json);
  progress.show(`${id}: ${summarizeService(workload.state)}`);
  const unfinished = `the ${verb} of ${id} goes on by itself at most in part; longshore ${verb} ${id} finishes it`;
  const seen = await leaving(session, unfinished, () =>
    followService({ runtime, id, signal, show: ({ state }) => progress.show(`${id}: ${summarizeService(state)}`) }, () =>
      act(runtime, id, { signal }),
    ),
  );
  progress.clear();
  if (session.json) await session.output.json(describeWorkload(runtime.name, seen));
  return 0;
}

/** Every instance anew; of a stopped service, as `resume`. */
export const restart = (session: Session, id: string): Promise<number> =>
  change(session, id, { verb: "restart", act: (runtime, service, options) => runtime.restart(service, options) });

/** Takes a stop back. */
export const resume = (session: Session, id: string): Promise<number> =>
  change(session, id, { verb: "resume", act: (runtime, service, options) => runtime.resume(service, options) });
