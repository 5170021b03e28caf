import { LongshoreError, type Runtime, type Task, type Workload, type WorkloadId } from "@longshore/core";
import type { Session } from "../session.ts";
import { closeAll, type Look, lookEverywhere } from "./look-everywhere.ts";
import { notFound } from "./not-found.ts";
import { onlyHit } from "./only-hit.ts";

export interface Found extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly workload: Workload;
}

function foundIn(id: WorkloadId, looks: readonly Look[]): Omit<Found, keyof AsyncDisposable> {
  const hit = onlyHit(id, looks);
  if (hit === undefined) throw notFound(id, looks);
  return { runtime: hit.runtime, workload: hit.seen };
}

/** The one runtime that has it. Throws `not-found`, or `unavailable` where a runtime that may have it is down. */
export async function findWorkload(session: Session, id: WorkloadId): Promise<Found> {
  const looks = await lookEverywhere(session, id);
  try {
    return { ...foundIn(id, looks), [Symbol.asyncDispose]: () => closeAll(looks) };
  } catch (error) {
    await closeAll(looks);
    throw error;
  }
}

export function asTask({ runtime, workload }: Found): Task {
  if (workload.kind === "task") return workload;
  const message = `${workload.id} is a service and has no end to wait for`;
  throw new LongshoreError(message, { code: "unsupported", operation: "wait", runtime: runtime.name, workload: workload.id });
}
