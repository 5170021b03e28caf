import { workloadId } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import { progressLine } from "../output/progress-line.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import type { Session } from "../session.ts";
import { leaving } from "./leaving.ts";
import { parseDurationFlag } from "../spec/parse-duration-flag.ts";

/** Ends a workload and keeps its state and logs. One that has ended already is no error. */
export async function stop(session: Session, id: string, { grace }: { readonly grace?: string }): Promise<number> {
  const graceMs = grace === undefined ? {} : { graceMs: parseDurationFlag("--grace", grace) };
  await using found = await findWorkload(session, workloadId(id));
  const { runtime, workload } = found;
  using progress = await progressLine(!session.json);
  progress.show(`stopping ${id}`);
  const result = await leaving(session, `no longer waiting for ${id}, which was told to stop and may run on until it does`, () =>
    runtime.stop(workload.id, { ...graceMs, signal: session.interrupts.signal }),
  );
  progress.clear();
  if (session.json) await session.output.json({ id, runtime: runtime.name, ...result });
  if (result.state === "confirmed") return 0;
  const until = result.deadline === undefined ? "" : `, at the latest by ${result.deadline}`;
  await session.output.note(
    `${id} was told to stop, and ${runtime.name} cannot show that it has${until}: ${result.reason ?? "unknown"}`,
  );
  return failureCode;
}
