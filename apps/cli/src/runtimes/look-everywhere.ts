import { type Inspection, LongshoreError, type Runtime, type WorkloadId } from "@longshore/core";
import { openConfigured } from "../config/open-configured.ts";
import type { Session } from "../session.ts";

/** What one runtime answered about an id, or why it could not be asked. Whoever asks closes what was opened. */
export interface Look {
  readonly name: string;
  readonly runtime?: Runtime;
  readonly seen?: Exclude<Inspection, { readonly kind: "unreachable" }>;
  readonly error?: unknown;
}
/** A runtime that does not answer for so long counts as down, and no longer holds up the answer of the others. */
const patienceMs = 10_000;

export const namesToAsk = ({ runtime, config }: Session): readonly string[] =>
  runtime === undefined ? Object.keys(config.runtimes) : [runtime];

/** Opens a runtime that is one of several to ask: a wrong config is a mistake to report, a backend that is down is not. */
export async function openToAsk(session: Session, name: string): Promise<Look> {
  const patience = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([session.interrupts.signal, patience]);
  try {
    return { name, runtime: await openConfigured(session.config, name, { signal }) };
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    if (LongshoreError.is(error, "invalid-config") || LongshoreError.is(error, "invalid-argument")) throw error;
    const late = `${name}: unavailable: no answer within ${patienceMs / 1000} s`;
    return {
      name,
      error: patience.aborted ? new LongshoreError(late, { code: "unavailable", operation: "open", runtime: name }) : error,
    };
  }
}

/**
 * Nobody said that there is an engine, and where it would be there is nothing at all: then nothing can be on it either. An
 * engine that was named, or is there and does not answer, may hold the workload.
 */
export function isNotInstalled({ config, runtime }: Session, { error }: Look): boolean {
  const named = ["DOCKER_HOST", "DOCKER_CONTEXT"].some((name) => (process.env[name] ?? "") !== "");
  if (config.file !== undefined || runtime !== undefined || named) return false;
  return LongshoreError.is(error) && (error.cause as { readonly code?: string } | undefined)?.code === "ENOENT";
}

async function look(session: Session, name: string, id: WorkloadId): Promise<Look> {
  const opened = await openToAsk(session, name);
  if (opened.runtime === undefined) return opened;
  try {
    const seen = await opened.runtime.inspect(id, { signal: session.interrupts.signal });
    if (seen.kind !== "unreachable") return { ...opened, seen };
    const message = `${name}: unavailable: ${seen.reason}`;
    return { ...opened, error: new LongshoreError(message, { code: "unavailable", operation: "inspect", runtime: name }) };
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    return { ...opened, error };
  }
}

/** Asks all runtimes at once, or the one that was named. */
export const lookEverywhere = (session: Session, id: WorkloadId): Promise<readonly Look[]> =>
  Promise.all(namesToAsk(session).map((name) => look(session, name, id)));

export async function closeAll(looks: readonly Look[]): Promise<void> {
  await Promise.allSettled(looks.map(async ({ runtime }) => runtime?.[Symbol.asyncDispose]()));
}
