import type { Call } from "./call.ts";
import { LongshoreError } from "./longshore-error.ts";
import type { WorkloadSpec } from "./spec.ts";

/** Ends the driver's start at the spec's pending limit, as a `timeout`. */
export async function withinPendingLimit<T>(spec: WorkloadSpec, call: Call, start: (limited: Call) => Promise<T>): Promise<T> {
  const limitMs = spec.kind === "task" ? spec.pendingTimeoutMs : undefined;
  if (limitMs === undefined) return start(call);
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await start({ ...call, signal: AbortSignal.any([call.signal, limit]) });
  } catch (error) {
    if (!limit.aborted || call.signal.aborted) throw error;
    const message = `it did not start within pendingTimeoutMs (${limitMs})`;
    throw new LongshoreError(message, { code: "timeout", operation: "start", workload: spec.id, cause: error });
  }
}
