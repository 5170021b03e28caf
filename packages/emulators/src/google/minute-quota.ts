import type { Clock } from "../clock.ts";

const minuteMs = 60_000;

/** So many requests in each minute that the clock shows, by whom they are counted for; what is left over is lost. */
export class MinuteQuota {
  readonly #clock: Clock;
  readonly #limit: number;
  #minute = 0;
  #taken = new Map<string, number>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Takes one if there is one left. */
  take(consumer: string): boolean {
    const minute = Math.floor(this.#clock.now() / minuteMs);
    if (minute !== this.#minute) this.#taken = new Map();
    this.#minute = minute;
    const taken = this.#taken.get(consumer) ?? 0;
    if (taken >= this.#limit) return false;
    this.#taken.set(consumer, taken + 1);
    return true;
  }
}
