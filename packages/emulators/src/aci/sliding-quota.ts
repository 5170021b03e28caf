import { tooOften } from "../azure/arm-error.ts";
import type { Clock } from "../clock.ts";

interface Limit {
  readonly count: number;
  readonly ms: number;
  /** As refusals spell it. */
  readonly interval: string;
}

/** Documented, for creates and for deletes. */
const limits: readonly Limit[] = [
  { count: 100, ms: 5 * 60_000, interval: "00:05:00" },
  { count: 300, ms: 60 * 60_000, interval: "01:00:00" },
];

/** So many requests in any five minutes, and in any hour, by whom they are counted for. */
export class SlidingQuota {
  readonly #clock: Clock;
  readonly #action: string;
  readonly #taken = new Map<string, number[]>();

  constructor(clock: Clock, action: string) {
    this.#clock = clock;
    this.#action = action;
  }

  /** Takes one. @throws an `ArmError` with `TooManyRequests` where none is left. */
  take(consumer: string): void {
    const now = this.#clock.now();
    const taken = (this.#taken.get(consumer) ?? []).filter((at) => now - at < limits.at(-1)!.ms);
    this.#taken.set(consumer, taken);
    for (const { count, ms, interval } of limits) {
      const recent = taken.filter((at) => now - at < ms);
      if (recent.length < count) continue;
      const waitMs = recent[recent.length - count]! + ms - now;
      const what = `Number of requests for action '${this.#action}' exceeded the limit of '${count}' for time interval '${interval}'.`;
      const minutes = Math.ceil(waitMs / 600) / 100;
      throw tooOften(
        "TooManyRequests",
        `${what} Please try again after '${minutes}' minutes.`,
        Math.max(1, Math.ceil(waitMs / 1000)),
      );
    }
    taken.push(now);
  }
}
