/** The same choices for the same seed (mulberry32): a failure can be had again. */
export class SeededChoice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  /** So many different numbers below `limit`, or all there are, in order. */
  some(count: number, limit: number): readonly number[] {
    if (limit <= count) return Array.from({ length: limit }, (_, index) => index);
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(this.below(limit));
    return [...chosen].sort((a, b) => a - b);
  }
}
