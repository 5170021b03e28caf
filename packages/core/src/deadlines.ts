import type { Clock } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import type { DriverInspection } from "./workload.ts";

interface DeadlineParts {
  readonly clock: Clock;
  readonly closed: AbortSignal;
  readonly end: (id: WorkloadId) => Promise<unknown>;
}
/** What setTimeout can wait; a later deadline is looked at again then. */
const longestSleepMs = 2_147_483_647;

/** Ends tasks at their time limit on backends that do not, for as long as the runtime is open. */
export class Deadlines {
  readonly #parts: DeadlineParts;
  readonly #timers = new Map<WorkloadId, AbortController>();

  constructor(parts: DeadlineParts) {
    this.#parts = parts;
  }
  /** Told of every look. */
  see(seen: DriverInspection): void {
    if (seen.kind === "unreachable" || seen.kind === "service") return;
    const open = seen.kind === "task" && seen.state.phase !== "exited" && seen.deadline !== undefined;
    if (!open) {
      this.#timers.get(seen.id)?.abort();
      this.#timers.delete(seen.id);
    } else if (!this.#timers.has(seen.id)) {
      const timer = new AbortController();
      this.#timers.set(seen.id, timer);
      void this.#wait(seen.id, Date.parse(seen.deadline), timer.signal).catch(() => this.#timers.delete(seen.id));
    }
  }
  async #wait(id: WorkloadId, deadline: number, cancelled: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([cancelled, this.#parts.closed]);
    for (let left = this.#left(deadline); left > 0; left = this.#left(deadline)) {
      await this.#parts.clock.sleep(Math.min(left, longestSleepMs), signal);
    }
    await this.#parts.end(id);
    this.#timers.delete(id);
  }
  #left(deadline: number): number {
    return deadline - Date.parse(this.#parts.clock.now());
  }
}
