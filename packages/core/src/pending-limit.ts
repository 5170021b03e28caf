import type { Call } from "./call.ts";
import type { WorkloadId } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";
import { orAbort } from "./or-abort.ts";
import type { RuntimeDriver } from "./runtime-driver.ts";
import type { WorkloadSpec } from "./spec.ts";

/** What was begun is given this long to be taken away again, before the caller is told. */
const undoLimitMs = 10_000;

export interface PendingLimit {
  readonly spec: WorkloadSpec;
  readonly driver: RuntimeDriver;
}

/** Ends a start at the spec's pending limit, as a `timeout`, and takes away what has not started by then. */
export async function withinPendingLimit<T>(
  { spec, driver }: PendingLimit,
  call: Call,
  start: (limited: Call) => Promise<T>,
): Promise<T> {
  const limitMs = spec.kind === "task" ? spec.pendingTimeoutMs : undefined;
  if (limitMs === undefined) return start(call);
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([call.signal, limit]);
  try {
    return await orAbort(signal, () => start({ ...call, signal }));
  } catch (error) {
    if (!limit.aborted || call.signal.aborted) throw error;
    await takeAway(driver, spec.id, call);
    const message = `it did not start within pendingTimeoutMs (${limitMs})`;
    throw new LongshoreError(message, { code: "timeout", operation: "start", workload: spec.id, cause: error });
  }
}

/** As far as the backend answers; the rest is found by its id, as any leftover is. */
async function takeAway(driver: RuntimeDriver, id: WorkloadId, call: Call): Promise<void> {
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(undoLimitMs)]);
  const undo = async (): Promise<void> => {
    const [seen] = await driver.inspect([id], { ...call, signal });
    if (seen?.kind === "task" && seen.state.phase === "pending") await driver.remove(id, { ...call, signal });
  };
  await orAbort(signal, undo).catch(() => {});
}
