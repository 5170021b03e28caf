import type { Instant } from "@longshore/core";

const perMs = 1_000_000n;
/** More than a clock is slewed between two looks; less than a sleep of the machine or a set of its clock. */
const mostDrift = 1_000n * perMs;

/** Nanoseconds that never go back: the fine clock, set by the machine's and set anew when the two come apart. */
export class WallClock {
  #base: bigint = WallClock.#offset();
  #last = 0n;

  now(): Instant {
    const wall = BigInt(Date.now()) * perMs;
    const drift = this.#base + process.hrtime.bigint() - wall;
    if (drift > mostDrift || drift < -mostDrift) this.#base = WallClock.#offset();
    const now = this.#base + process.hrtime.bigint();
    this.#last = now > this.#last ? now : this.#last + 1n;
    const [ms, rest] = [this.#last / perMs, this.#last % perMs];
    return `${new Date(Number(ms)).toISOString().slice(0, 23)}${String(rest).padStart(6, "0")}Z` as Instant;
  }
  static #offset(): bigint {
    return BigInt(Date.now()) * perMs - process.hrtime.bigint();
  }
}
