import type { Clock } from "./host.ts";

/** From a first try's failure on: 100 ms, growing with jitter that keeps many clients apart, to 5 s at the most. */
const delays = { initialDelay: 100, maxDelay: 5000 };

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly attempts: number;
  readonly when: (error: unknown) => boolean;
}

/** Tries again what failed and may work next time. The last failure is thrown as it is. */
export async function retry<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { ExponentialBackoff, handleWhen, retry: policy } = await import("cockatiel");
  const rule = policy(handleWhen(options.when), {
    maxAttempts: options.attempts - 1,
    backoff: new ExponentialBackoff(delays),
  });
  return rule.execute(work, options.signal);
}

interface Backoff {
  readonly duration: number;
  next(context: unknown): Backoff;
}

/** The pauses between the openings of a stream that breaks again and again; `reset` when it carried something. */
export class Pauses {
  readonly #clock: Clock;
  #backoff: Backoff | undefined;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }
  get taken(): number {
    return this.#taken;
  }
  async take(signal: AbortSignal): Promise<void> {
    const { ExponentialBackoff } = await import("cockatiel");
    this.#taken++;
    this.#backoff = this.#backoff?.next(undefined) ?? new ExponentialBackoff(delays).next();
    await this.#clock.sleep(this.#backoff.duration, signal);
  }
  reset(): void {
    this.#taken = 0;
    this.#backoff = undefined;
  }
}
