import { LongshoreError, workloadId } from "@longshore/core";
import { closeAll, type Look, lookEverywhere } from "../runtimes/look-everywhere.ts";
import { notFound } from "../runtimes/not-found.ts";
import { onlyHit } from "../runtimes/only-hit.ts";
import type { Session } from "../session.ts";

/**
 * Nobody said that there is an engine, and where it would be there is nothing at all: then nothing can be on it either. An
 * engine that was named, or is there and does not answer, may hold the workload.
 */
function isNotInstalled({ config, runtime }: Session, { error }: Look): boolean {
  const named = ["DOCKER_HOST", "DOCKER_CONTEXT"].some((name) => (process.env[name] ?? "") !== "");
  if (config.file !== undefined || runtime !== undefined || named) return false;
  return LongshoreError.is(error) && (error.cause as { readonly code?: string } | undefined)?.code === "ENOENT";
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
    const doubtful = looks.some((look) => look.error !== undefined && !isNotInstalled(session, look));
    if (hit === undefined && doubtful) throw notFound(id, looks);
  } finally {
    await closeAll(looks);
  }
  if (session.json) await session.output.json({ id, removed: true });
  return 0;
}
