import { type WorkloadId, workloadId } from "@longshore/core";
import { closeAll, type Look, lookEverywhere } from "../runtimes/look-everywhere.ts";
import { notFound } from "../runtimes/not-found.ts";
import { onlyHit } from "../runtimes/only-hit.ts";
import type { Session } from "../session.ts";

/**
 * Not all could be asked. That is a failure where somebody said that the runtime is there; of the built-in ones nobody did,
 * and on a machine without an engine nothing can be on it.
 */
async function doubt(session: Session, id: WorkloadId, looks: readonly Look[]): Promise<void> {
  const error = notFound(id, looks);
  const isSaid = session.config.file !== undefined || session.runtime !== undefined;
  if (isSaid || looks.every((look) => look.error !== undefined)) throw error;
  await session.output.note(error instanceof Error ? error.message : String(error));
}

/**
 * Takes away a workload and all that bears its id. Where nobody has it, everyone who could be asked still clears what may be
 * left of it; that it is absent is success only when all could be asked.
 */
export async function rm(session: Session, given: string): Promise<number> {
  const id = workloadId(given);
  const looks = await lookEverywhere(session, id);
  try {
    const hit = onlyHit(id, looks);
    const answered = looks.filter(({ error }) => error === undefined);
    const places = hit === undefined ? answered : [hit];
    await Promise.all(places.map(async ({ runtime }) => runtime?.remove(id, { signal: session.interrupts.signal })));
    if (hit === undefined && answered.length < looks.length) await doubt(session, id, looks);
  } finally {
    await closeAll(looks);
  }
  if (session.json) await session.output.json({ id, removed: true });
  return 0;
}
