import type { Leftover, Workload } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { type Listed, workloadTable } from "../output/workload-table.ts";
import { closeAll, type Look, namesToAsk, openToAsk } from "../runtimes/look-everywhere.ts";
import type { Session } from "../session.ts";

async function list(session: Session, look: Look): Promise<readonly Listed[]> {
  const found: (Workload | Leftover)[] = [];
  for await (const one of look.runtime?.list({}, { signal: session.interrupts.signal }) ?? []) found.push(one);
  return found.map((one) => ({ runtime: look.name, found: one }));
}

/** The owner's workloads, running and ended, on all runtimes. One that is down is told of; only when all are, it fails. */
export async function ps(session: Session): Promise<number> {
  const looks = await Promise.all(namesToAsk(session).map((name) => openToAsk(session, name)));
  try {
    const answers = await Promise.allSettled(
      looks.map((look) => (look.runtime === undefined ? Promise.reject(look.error) : list(session, look))),
    );
    session.interrupts.signal.throwIfAborted();
    const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
    if (failures.length === answers.length && failures.length === 1) throw failures[0];
    await print(
      session,
      answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : [])),
    );
    for (const failure of failures) await session.output.note(failure instanceof Error ? failure.message : String(failure));
    return failures.length === answers.length ? failureCode : 0;
  } finally {
    await closeAll(looks);
  }
}

async function print({ json, output }: Session, listed: readonly Listed[]): Promise<void> {
  const sorted = listed.toSorted((a, b) => (a.found.createdAt < b.found.createdAt ? -1 : 1));
  if (json) for (const { runtime, found } of sorted) await output.json(describeWorkload(runtime, found));
  else if (sorted.length > 0) await output.line(await workloadTable(sorted));
}
