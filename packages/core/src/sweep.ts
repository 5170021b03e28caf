import type { CallOptions } from "./call.ts";
import type { Clock } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import { instant } from "./instant.ts";
import type { Leftover, ListFilter, StopResult } from "./runtime-driver.ts";
import type { Workload } from "./workload.ts";

export interface SweepOptions {
  /** Younger leftovers, and time limits passed by less, are let be: another process may be at work on them. */
  readonly graceMs: number;
  /** Only report. Default: false. */
  readonly dryRun?: boolean;
}
export interface SweepReport {
  readonly removed: readonly Leftover[];
  /** Removals that an earlier call began and did not see to their end. */
  readonly settled: readonly WorkloadId[];
  /** Tasks past their time limit. */
  readonly stopped: readonly WorkloadId[];
  /** Tried in vain; the next sweep tries again. */
  readonly failed: readonly { readonly id: WorkloadId; readonly message: string }[];
}
export interface SweepVerbs {
  list(filter: ListFilter, options: CallOptions): AsyncIterable<Workload | Leftover>;
  end(id: WorkloadId, options: CallOptions): Promise<StopResult>;
  remove(id: WorkloadId, options: CallOptions): Promise<void>;
  debts(signal: AbortSignal): AsyncIterable<WorkloadId>;
}
interface Sweeping extends SweepOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const isOverdue = (found: Workload, latest: string): boolean =>
  found.kind === "task" && found.state.phase !== "exited" && found.deadline !== undefined && found.deadline < latest;

/** Of this owner only, since `list` shows nobody else's. With `dryRun` the report says what would be done. */
export async function sweep(verbs: SweepVerbs, { graceMs, dryRun = false, clock, signal }: Sweeping): Promise<SweepReport> {
  const latest = instant(Date.parse(clock.now()) - graceMs);
  const report = { removed: [] as Leftover[], settled: [] as WorkloadId[], stopped: [] as WorkloadId[] };
  const failed: { id: WorkloadId; message: string }[] = [];
  const attempt = async (id: WorkloadId, act: () => Promise<unknown>, done: () => void): Promise<void> => {
    try {
      if (!dryRun) await act();
      done();
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ id, message: error instanceof Error ? error.message : String(error) });
    }
  };
  for await (const id of verbs.debts(signal)) {
    await attempt(
      id,
      () => verbs.remove(id, { signal }),
      () => report.settled.push(id),
    );
  }
  for await (const found of verbs.list({}, { signal })) {
    const { id } = found;
    if (found.kind === "leftover") {
      if (found.createdAt < latest)
        await attempt(
          id,
          () => verbs.remove(id, { signal }),
          () => report.removed.push(found),
        );
    } else if (isOverdue(found, latest)) {
      await attempt(
        id,
        () => verbs.end(id, { signal }),
        () => report.stopped.push(id),
      );
    }
  }
  return { ...report, failed };
}
