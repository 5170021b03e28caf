import { parseDuration, type SweepReport } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import type { Look } from "../runtimes/look-everywhere.ts";
import { openAll, tellFailures } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import { parseDurationFlag } from "../spec/parse-duration-flag.ts";
import { leaving } from "./leaving.ts";

export interface SweepFlags {
  readonly dryRun?: boolean;
  readonly grace?: string;
}
interface Swept {
  readonly runtime: string;
  readonly report: SweepReport;
}
/** Longer than any start or removal of ours takes, pulls of large images included. */
const defaultGrace = "10m";

function linesOf({ runtime, report }: Swept, dryRun: boolean): readonly string[] {
  const said = (did: string, would: string): string => (dryRun ? `would ${would}` : did);
  return [
    ...report.removed.map(({ id, what, nativeId }) => `${said("removed", "remove")} what is left of ${id}: ${what} ${nativeId}`),
    ...report.settled.map((id) => `${said("finished", "finish")} the removal of ${id}`),
    ...report.stopped.map((id) => `${said("stopped", "stop")} ${id}, past its time limit`),
  ].map((line) => `${runtime}: ${line}`);
}

async function sweepOne(session: Session, look: Look, flags: SweepFlags): Promise<Swept> {
  if (look.runtime === undefined) throw look.error;
  const graceMs = flags.grace === undefined ? parseDuration(defaultGrace) : parseDurationFlag("--grace", flags.grace);
  const { dryRun = false } = flags;
  return { runtime: look.name, report: await look.runtime.sweep({ graceMs, dryRun, signal: session.interrupts.signal }) };
}

async function print({ json, output }: Session, swept: Swept, dryRun: boolean): Promise<void> {
  const { runtime, report } = swept;
  if (json) return output.json({ runtime, dryRun, ...report });
  for (const line of linesOf(swept, dryRun)) await output.line(line);
  for (const { id, message } of report.failed)
    await output.note(`${runtime}: ${id} could not be cleared, the next sweep tries again: ${message}`);
}

/** Takes away what removals left behind and stops what is past its time limit: the owner's, on all runtimes. */
export async function sweep(session: Session, flags: SweepFlags): Promise<number> {
  const { dryRun = false } = flags;
  if (flags.grace !== undefined) parseDurationFlag("--grace", flags.grace);
  await using opened = await openAll(session);
  const answers = await leaving(session, "the sweep was cut short; the next one goes on with it", async () => {
    const all = await Promise.allSettled(opened.looks.map((look) => sweepOne(session, look, flags)));
    session.interrupts.signal.throwIfAborted();
    return all;
  });
  const swept = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const one of swept) await print(session, one, dryRun);
  await tellFailures(session, failures, answers.length);
  return failures.length > 0 || swept.some(({ report }) => report.failed.length > 0) ? failureCode : 0;
}
