import { type Host, tokenBucket } from "@longshore/core";
import { insist, Turns } from "@longshore/core/driver";
import type { CallOptions } from "google-gax";
import { classifyCloudRunError, codeOf, isBroken, isThrottled, status } from "./classify-cloud-run-error.ts";
import type { CloudRunClients } from "./cloud-run-clients.ts";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import { place } from "./native-names.ts";

/** What is refused for its rate is refused until a minute is over: with the pauses between them about a minute and a half. */
const throttledAttempts = 25;
/** An answer that comes this late does not come. */
const answerLimitMs = 30_000;
/** Answers come in some ten milliseconds: ten at once are more than any rate of Google's needs. */
const mostAtOnce = 10;
/** Cloud Run takes 3,000 reads a minute and 180 changes of a project in a region (cloud.google.com/run/quotas). */
const usualRate = 20;
const usualBurst = 50;
/** Cloud Logging takes 60 of a whole project (cloud.google.com/logging/quotas). */
const usualLogCalls = 50;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | null | undefined;
}
type Send<T> = (options: CallOptions) => Promise<T>;

/** The one way to Google: every call waits its turn, and one that was throttled is made again later, after everybody else's. */
export class CloudRunApi implements AsyncDisposable {
  readonly clients: CloudRunClients;
  readonly parent: string;
  readonly project: string;
  readonly #host: Host;
  readonly #bucket: Host["limiter"];
  readonly #logBucket: Host["limiter"];
  readonly #turns = new Turns(mostAtOnce);

  constructor(clients: CloudRunClients, config: CloudRunConfig, host: Host) {
    const { callsPerSecond: perSecond = usualRate, logCallsPerMinute = usualLogCalls } = config;
    this.clients = clients;
    this.parent = place(config);
    this.project = config.project;
    this.#host = host;
    this.#bucket = tokenBucket({ perSecond, burst: Math.max(1, Math.ceil(perSecond * (usualBurst / usualRate))) });
    // A minute has what was saved up and what comes during it: both together are the share.
    const burst = Math.max(1, Math.floor(logCallsPerMinute / 6));
    this.#logBucket = tokenBucket({ perSecond: Math.max(1, logCallsPerMinute - burst) / 60, burst });
  }
  /** Every call may be made twice: by its name, its etag, or because it asks only. */
  call<T>(name: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return this.#insist(this.#bucket, { name, signal }, send);
  }
  /** Of Cloud Logging's, which counts apart and much less. */
  callLogs<T>(name: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return this.#insist(this.#logBucket, { name, signal }, send);
  }
  /** Page after page, until there is no token any more: an empty page is no end. */
  async *pages<Item>(
    name: string,
    signal: AbortSignal,
    send: (token: string, options: CallOptions) => Promise<Page<Item>>,
  ): AsyncGenerator<Item, void, void> {
    let token = "";
    do {
      const page = await this.call(name, signal, (options) => send(token, { ...options, autoPaginate: false }));
      yield* page.items;
      token = page.next ?? "";
    } while (token !== "");
  }
  #insist<T>(
    bucket: Host["limiter"],
    { name, signal }: { readonly name: string; readonly signal: AbortSignal },
    send: Send<T>,
  ): Promise<T> {
    // What an update tells by ABORTED is that somebody else was quicker.
    const isLate = (error: unknown): boolean => codeOf(error) === status.aborted && name.startsWith("Update");
    const options = {
      ...{ name, signal, isThrottled, throttledAttempts },
      limiters: [bucket, this.#host.limiter],
      isBroken: (error: unknown) => isBroken(error) && !isLate(error),
    };
    return insist(options, async () => {
      using _turn = await this.#turns.take(signal);
      return await send({ signal, timeout: answerLimitMs, retry: null });
    });
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clients.close();
  }
}

/** Undefined where there is no such thing. */
export async function unlessMissing<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (classifyCloudRunError(error)?.code === "not-found") return undefined;
    throw error;
  }
}
