import type { Clock } from "./clock.ts";

export interface TokenBucketLimits {
  /** How many at once. */
  readonly burst: number;
  /** How many a second, on and on. */
  readonly perSecond: number;
}

/** The rate limit that clouds document: so many at once, and so many a second on and on. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #limits: TokenBucketLimits;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, limits: TokenBucketLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#at = clock.now();
  }

  /** Takes `count` if they are there; otherwise none. */
  take(count = 1): boolean {
    const now = this.#clock.now();
    const gained = ((now - this.#at) / 1000) * this.#limits.perSecond;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }
}
