import type { Clock, Limiter } from "./host.ts";
import { systemClock } from "./system-clock.ts";

export interface TokenBucketOptions {
  /** What this process may take of the account's rate. */
  readonly perSecond: number;
  /** Calls at once after a rest. Default: one second's worth, at least 1. */
  readonly burst?: number;
  readonly clock?: Clock;
}
/** After a throttled answer that names no time: what AWS SDKs take as the longest base delay for throttling. */
const defaultPauseMs = 1000;

/** First come, first served. A throttled answer stops everyone for the time it names. */
export function tokenBucket({ perSecond, burst, clock = systemClock }: TokenBucketOptions): Limiter {
  const capacity = burst ?? Math.max(1, perSecond);
  let tokens = capacity;
  let filledAt = performance.now();
  let closedUntil = 0;
  let line: Promise<void> = Promise.resolve();
  const waitMs = (): number => {
    const now = performance.now();
    tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
    return Math.max(closedUntil - now, tokens >= 1 ? 0 : ((1 - tokens) * 1000) / perSecond);
  };
  const turn = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    for (let wait = waitMs(); wait > 0; wait = waitMs()) await clock.sleep(Math.ceil(wait), signal);
    tokens -= 1;
  };
  return {
    take(_operation, signal) {
      const mine = line.then(() => turn(signal));
      line = mine.catch(() => {});
      return mine;
    },
    throttled(retryAfterMs = defaultPauseMs) {
      closedUntil = Math.max(closedUntil, performance.now() + retryAfterMs);
    },
  };
}
