import type { Clock } from "../clock.ts";
import { TokenBucket, type TokenBucketLimits } from "../token-bucket.ts";
import { tooOften } from "./arm-error.ts";

type Kind = "Reads" | "Writes" | "Deletes";

/** Documented for a subscription in a region: so many at once, and so many a second on and on. */
const limits: Readonly<Record<Kind, TokenBucketLimits>> = {
  Reads: { burst: 250, perSecond: 25 },
  Writes: { burst: 200, perSecond: 10 },
  Deletes: { burst: 200, perSecond: 10 },
};

const kindOf = (method: string): Kind => (method === "GET" ? "Reads" : method === "DELETE" ? "Deletes" : "Writes");

/** How fast whoever asks Azure Resource Manager may ask, whatever for. */
export class SubscriptionRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws an `ArmError` with `SubscriptionRequestsThrottled` */
  take(subscription: string, method: string): void {
    const kind = kindOf(method);
    const key = `${kind}/${subscription.toLowerCase()}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#clock, limits[kind]);
    this.#buckets.set(key, bucket);
    if (bucket.take()) return;
    const what = `Number of ${kind.toLowerCase()} for subscription '${subscription}' exceeded the limit.`;
    throw tooOften("SubscriptionRequestsThrottled", `${what} Please try again after '1' seconds.`, 1);
  }
}
