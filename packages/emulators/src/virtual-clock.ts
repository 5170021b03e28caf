import type { Clock } from "./clock.ts";

export interface VirtualClockOptions {
  /** How many times as fast as real time it goes: 60 is a minute a second. Default 1. */
  readonly speed?: number;
  /** Where it begins, in milliseconds since 1970. Default: now. */
  readonly startsAt?: number;
}

interface Sleeper {
  readonly dueAt: number;
  wake(): void;
  fail(reason: unknown): void;
}

/** What setTimeout can wait. */
const longestTimerMs = 2_147_483_647;
const closed = (): Error => new Error("the clock was closed");

/** A clock that can go faster than real time, and jump ahead. It keeps no process alive. */
export class VirtualClock implements Clock {
  readonly speed: number;
  readonly #sleepers = new Set<Sleeper>();
  #base: number;
  #realBase: number = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #advancing: Promise<void> | undefined;
  #stands = false;
  #closed = false;

  constructor({ speed = 1, startsAt = Date.now() }: VirtualClockOptions = {}) {
    if (!Number.isFinite(speed) || speed <= 0) throw new RangeError(`a clock's speed is a number above 0, not ${speed}`);
    this.speed = speed;
    this.#base = startsAt;
  }

  now(): number {
    return this.#stands ? this.#base : Math.floor(this.#base + (performance.now() - this.#realBase) * this.speed);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(closed());
    if (!(ms > 0)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
      };
      const sleeper: Sleeper = {
        dueAt: this.now() + ms,
        wake: () => (leave(), resolve()),
        fail: (reason) => (leave(), reject(reason)),
      };
      const onAbort = (): void => sleeper.fail(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.add(sleeper);
      this.#arm();
    });
  }

  /**
   * Jumps ahead by `ms` milliseconds. Whoever sleeps until a moment between wakes at that moment, in order, and what it does
   * next is let run first, so that a loop that sleeps a second turns 3,600 times in an hour.
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`a clock advances by 0 ms or more, not by ${ms}`);
    const before = this.#advancing;
    const jump = Promise.resolve(before).then(() => this.#jump(ms));
    this.#advancing = jump.catch(() => {});
    await jump;
  }

  /** Whoever still sleeps is told by an error, and nobody can any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const sleeper of [...this.#sleepers]) sleeper.fail(closed());
  }

  async #jump(ms: number): Promise<void> {
    const target = this.now() + ms;
    this.#base = this.now();
    this.#stands = true;
    for (let next = this.#next(); next && next.dueAt <= target; next = this.#next()) {
      this.#base = Math.max(this.#base, next.dueAt);
      next.wake();
      await new Promise(setImmediate);
    }
    this.#base = target;
    this.#realBase = performance.now();
    this.#stands = false;
    this.#arm();
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) if (!first || sleeper.dueAt < first.dueAt) first = sleeper;
    return first;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (!next || this.#stands || this.#closed) return;
    const waitMs = Math.min(Math.max(0, Math.ceil((next.dueAt - this.now()) / this.speed)), longestTimerMs);
    this.#timer = setTimeout(() => this.#wakeDue(), waitMs).unref();
  }

  #wakeDue(): void {
    for (const sleeper of [...this.#sleepers].sort((one, other) => one.dueAt - other.dueAt))
      if (sleeper.dueAt <= this.now()) sleeper.wake();
    this.#arm();
  }
}
