import type { Leftover, Workload } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { type Listed, workloadTable } from "../output/workload-table.ts";
import type { Look } from "../runtimes/look-everywhere.ts";
import { openAll, tellFailures } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";

export interface PsFlags {
  readonly quiet?: boolean;
}

async function list(session: Session, look: Look): Promise<readonly Listed[]> {
  if (look.runtime === undefined) throw look.error;
  const found: (Workload | Leftover)[] = [];
  for await (const one of look.runtime.list({}, { signal: session.interrupts.signal })) found.push(one);
  return found.map((one) => ({ runtime: look.name, found: one }));
}

/** The owner's workloads, running and ended, on all runtimes. One that is down is told of; only when all are, it fails. */
export async function ps(session: Session, flags: PsFlags): Promise<number> {
  await using opened = await openAll(session);
  const answers = await Promise.allSettled(opened.looks.map((look) => list(session, look)));
  session.interrupts.signal.throwIfAborted();
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  const listed = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  await print(session, listed, flags);
  await tellFailures(session, failures, answers.length);
  return failures.length === answers.length ? failureCode : 0;
}

async function print({ json, output }: Session, listed: readonly Listed[], { quiet = false }: PsFlags): Promise<void> {
  const sorted = listed.toSorted((a, b) => (a.found.createdAt < b.found.createdAt ? -1 : 1));
  if (quiet) for (const { found } of sorted) await output.line(found.id);
  else if (json) for (const { runtime, found } of sorted) await output.json(describeWorkload(runtime, found));
  else if (sorted.length > 0) await output.line(await workloadTable(sorted));
}
