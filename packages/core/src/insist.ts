import type { Limiter } from "./host.ts";
import { retry } from "./retry.ts";

/** As SDKs do: a call that broke is made so often altogether. */
const brokenAttempts = 3;

export interface InsistOptions {
  readonly name: string;
  readonly signal: AbortSignal;
  /** Each try waits its turn at all of them, and a throttled one slows all of them down. */
  readonly limiters: readonly Limiter[];
  /** What was refused for its rate alone, and how often altogether it is asked for. */
  readonly isThrottled: (error: unknown) => boolean;
  readonly throttledAttempts: number;
  /** How long the refusal asks to wait, in milliseconds. Default: it does not say. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Nothing has answered, or something broke: the same call, made again, does no harm and may well be answered. */
  readonly isBroken: (error: unknown) => boolean;
}

/** One call to a cloud. A throttled answer is none: it is asked for again, later, after everybody else's. */
export function insist<T>(options: InsistOptions, send: () => Promise<T>): Promise<T> {
  const { name, signal, limiters, isThrottled, throttledAttempts: attempts, isBroken, retryAfterMs } = options;
  const once = async (): Promise<T> => {
    for (const limiter of limiters) await limiter.take(name, signal);
    try {
      return await send();
    } catch (error) {
      signal.throwIfAborted();
      if (isThrottled(error)) for (const limiter of limiters) limiter.throttled(retryAfterMs?.(error));
      throw error;
    }
  };
  let broken = 0;
  const when = (error: unknown): boolean => isThrottled(error) || (isBroken(error) && ++broken < brokenAttempts);
  return retry({ signal, attempts, when }, once);
}
