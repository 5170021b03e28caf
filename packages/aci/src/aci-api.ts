import { type Host, tokenBucket } from "@longshore/core";
import { insist } from "@longshore/core/driver";
import type { ContainerGroupsGetOptionalParams } from "@azure/arm-containerinstance";
import type { AciClient } from "./aci-client.ts";
import type { AciConfig } from "./aci-config.ts";
import { isBroken, isThrottled, retryAfterMs } from "./classify-aci-error.ts";

/** What is refused for its rate is refused for seconds, or minutes: with the pauses between them about a minute. */
const throttledAttempts = 15;
/** Creates, and deletes, of a subscription in an hour; in five minutes at most a third of that (resource and quota limits). */
const usualChanges = 300;
/** A quarter at once, and the rest spread over the hour: both limits hold. */
const burstShare = 0.25;
const secondsInHour = 3600;
/** A subscription's reads and writes in a second are 25 and 10, with 250 and 200 at once (ARM throttling); the rest is the others'. */
const usualReads = 10;
const usualWrites = 5;

type Kind = "create" | "delete" | "read" | "write";
type Limiter = Host["limiter"];
type RequestOptions = Pick<ContainerGroupsGetOptionalParams, "abortSignal" | "onResponse">;
type Send<T> = (options: RequestOptions) => Promise<T>;
interface Asked {
  readonly name: string;
  readonly kind: Kind;
  /** It may be done twice without harm, so that it is asked again where the answer broke off. */
  readonly again: boolean;
}

function changes({ changesPerHour = usualChanges }: AciConfig): Limiter {
  const burst = Math.max(1, Math.floor(changesPerHour * burstShare));
  return tokenBucket({ perSecond: Math.max(1, changesPerHour - burst) / secondsInHour, burst });
}

async function accepted(signal: AbortSignal, send: Send<unknown>): Promise<unknown> {
  const enough = new AbortController();
  let answer: { readonly body: unknown } | undefined;
  const onResponse: NonNullable<RequestOptions["onResponse"]> = ({ request, status }, body) => {
    if (request.method === "GET" || status >= 300) return;
    answer = { body };
    enough.abort();
  };
  try {
    await send({ abortSignal: AbortSignal.any([signal, enough.signal]), onResponse });
  } catch (error) {
    if (answer === undefined) throw error;
  }
  return answer?.body;
}

/** The one way to Azure: every request waits its turn, and one that was throttled is made again later, after everybody else's. */
export class AciApi implements Disposable {
  readonly client: AciClient["client"];
  readonly resourceGroup: string;
  readonly #agent: AciClient["agent"];
  readonly #host: Host;
  readonly #buckets: Readonly<Record<Kind, Limiter>>;

  constructor({ client, agent }: AciClient, config: AciConfig, host: Host) {
    const { readsPerSecond: perSecond = usualReads } = config;
    this.client = client;
    this.resourceGroup = config.resourceGroup;
    this.#agent = agent;
    this.#host = host;
    this.#buckets = {
      create: changes(config),
      delete: changes(config),
      read: tokenBucket({ perSecond, burst: Math.max(1, Math.ceil(perSecond * 5)) }),
      write: tokenBucket({ perSecond: usualWrites * Math.max(1, perSecond / usualReads), burst: 50 }),
    };
  }
  read<T>(name: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return this.#insist({ name, kind: "read", again: true }, signal, () => this.sendNow(signal, send));
  }
  write<T>(name: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return this.#insist({ name, kind: "write", again: true }, signal, () => this.sendNow(signal, send));
  }
  /** Once, by who has had a turn. */
  sendNow<T>(signal: AbortSignal, send: Send<T>): Promise<T> {
    return this.#try(() => send({ abortSignal: signal }), signal);
  }
  /**
   * Until Azure has taken the request on: what becomes of it is seen by looking. A throttled look of the client's own at its operation
   * would otherwise pass for the request's refusal.
   */
  begin(asked: Asked, signal: AbortSignal, send: Send<unknown>): Promise<unknown> {
    return this.#insist(asked, signal, () => this.beginNow(signal, send));
  }
  /** The same, once, by who has had a turn. Answers what Azure answered. */
  beginNow(signal: AbortSignal, send: Send<unknown>): Promise<unknown> {
    return this.#try(() => accepted(signal, send), signal);
  }
  async turn(name: string, kind: Kind, signal: AbortSignal): Promise<void> {
    for (const limiter of this.#limiters(kind)) await limiter.take(name, signal);
  }
  slowDown(kind: Kind, throttled: unknown): undefined {
    for (const limiter of this.#limiters(kind)) limiter.throttled(retryAfterMs(throttled));
  }
  #limiters(kind: Kind): readonly Limiter[] {
    return [this.#buckets[kind], this.#host.limiter];
  }
  async #try<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await send();
    } catch (error) {
      // The client has an error of its own for that.
      signal.throwIfAborted();
      throw error;
    }
  }
  #insist<T>({ name, kind, again }: Asked, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    const limiters = this.#limiters(kind);
    const broken = (error: unknown): boolean => again && isBroken(error);
    return insist({ name, signal, limiters, isThrottled, retryAfterMs, throttledAttempts, isBroken: broken }, send);
  }
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
