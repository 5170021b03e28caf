import type { WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";

/** So many groups are looked at in one round of waiting, whatever their number: with the usual pause a few in a second. */
const perRound = 3;

interface Kept {
  readonly seen: DriverInspection;
  readonly at: number;
}
/** How each was when it was looked at last: of many that are waited for, those go first whose look is the oldest. */
export class Looks {
  readonly #kept = new Map<WorkloadId, Kept>();

  keep(id: WorkloadId, seen: DriverInspection): void {
    this.#kept.set(id, { seen, at: performance.now() });
  }
  last(id: WorkloadId): DriverInspection | undefined {
    return this.#kept.get(id)?.seen;
  }
  ids(): readonly WorkloadId[] {
    return [...this.#kept.keys()];
  }
  forget(id: WorkloadId): void {
    this.#kept.delete(id);
  }
  /** Who asks for one wants it as it is now. */
  choose(ids: readonly WorkloadId[]): readonly WorkloadId[] {
    if (ids.length <= 1) return ids;
    const age = (id: WorkloadId): number => this.#kept.get(id)?.at ?? 0;
    return ids.toSorted((one, other) => age(one) - age(other)).slice(0, perRound);
  }
}
