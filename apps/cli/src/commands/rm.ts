import { workloadId } from "@longshore/core";
import { closeAll, isNotInstalled, lookEverywhere } from "../runtimes/look-everywhere.ts";
import { notFound } from "../runtimes/not-found.ts";
import { onlyHit } from "../runtimes/only-hit.ts";
import type { Session } from "../session.ts";
import { leaving } from "./leaving.ts";

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
    const removing = (): Promise<unknown> =>
      Promise.all(places.map(async ({ runtime }) => runtime?.remove(id, { signal: session.interrupts.signal })));
    await leaving(session, `${id} may be there still, or in part; longshore rm ${id} finishes it`, removing);
    const doubtful = looks.some((look) => look.error !== undefined && !isNotInstalled(session, look));
    if (hit === undefined && doubtful) throw notFound(id, looks);
  } finally {
    await closeAll(looks);
  }
  if (session.json) await session.output.json({ id, removed: true });
  return 0;
}
