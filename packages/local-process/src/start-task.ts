import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call, FaultCode } from "@longshore/core/driver";
import type { Evidence } from "./map-process-state.ts";
import { lookAtTask } from "./look-at-task.ts";
import type { SupervisorLine } from "./supervisor-line.ts";
import type { SecretValues } from "./supervisor-messages.ts";

/** Nothing that is alive takes as long. Whoever asked hears then that it is pending. */
const longestStartMs = 30_000;

export interface Starting {
  readonly id: WorkloadId;
  readonly folder: string;
  readonly specHash: string;
  readonly line: SupervisorLine;
  /** Asked only where nobody has begun to run it. */
  readonly secrets: () => Promise<SecretValues>;
}

/**
 * Until the program has started, or will never. A task that another call began and left without a supervisor gets one;
 * what bears the id with another spec is answered as it is.
 */
export async function startTask(starting: Starting, { signal, report }: Call): Promise<Evidence | undefined> {
  const { id, folder, specHash, line } = starting;
  const limit = AbortSignal.timeout(longestStartMs);
  const limited = { report, signal: AbortSignal.any([signal, limit]) };
  const seen = await lookAtTask(folder);
  if (seen === undefined || seen.task.specHash !== specHash) return seen;
  if (seen.started !== undefined || seen.exit !== undefined) return seen;
  const secrets = seen.claim === undefined ? await starting.secrets() : {};
  try {
    const answer = await line.ask({ ask: "start", id, secrets }, limited);
    if (answer.tell === "failed") throw failed(answer, id);
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
  }
  return lookAtTask(folder);
}

const failed = ({ message, code = "internal" }: { readonly message: string; readonly code?: string }, id: WorkloadId): Error =>
  new LongshoreError(message, { code: code as FaultCode, operation: "start", workload: id });
