import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient, ListTasksCommand, type ListTasksCommandInput, type Task } from "@aws-sdk/client-ecs";
import { type Host, tokenBucket } from "@longshore/core";
import { insist, type InsistOptions } from "@longshore/core/driver";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { errorName, isBroken, isThrottled } from "./classify-ecs-error.ts";
import type { EcsConfig, EcsCredentials } from "./ecs-config.ts";

/** Of every client alike. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: EcsCredentials;
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
}
/** DescribeTasks takes so many (API reference). */
const describeLimit = 100;
/** What ECS refuses for its rate is refused for a second or two: with the pauses between them about half a minute. */
const throttledAttempts = 12;
/** An answer that comes this late does not come. */
const answerLimitMs = 30_000;
/** To each service. Answers come in some ten milliseconds: ten are more than any rate of AWS's needs. */
const mostSockets = 10;
/** The refill of DescribeTasks and ListTasks (developerguide, "Request throttling for the Amazon ECS API"). */
const usualRate = 20;
/** Their burst is 100; what is left of it is the others' on the account. */
const usualBurst = 50;

type Send<Output> = (options: { readonly abortSignal: AbortSignal }) => Promise<Output>;

/** The one way to AWS: every call waits its turn, and one that was throttled is made again later, after everybody else's. */
export class EcsApi implements Disposable {
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  readonly cluster: string;
  /** For clients of other services, which are made when they are needed. */
  readonly settings: ClientSettings;
  readonly #host: Host;
  readonly #bucket: Host["limiter"];

  constructor(config: EcsConfig, host: Host) {
    const { region, endpoint, credentials, callsPerSecond: perSecond = usualRate } = config;
    this.#host = host;
    this.#bucket = tokenBucket({ perSecond, burst: Math.max(1, Math.ceil(perSecond * (usualBurst / usualRate))) });
    const handler = { httpAgent: { maxSockets: mostSockets }, httpsAgent: { maxSockets: mostSockets } };
    this.settings = {
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      // A copy: the SDK writes into it.
      ...(credentials !== undefined && { credentials: { ...credentials } }),
      // One try is one call: it is counted, limited and repeated here.
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ ...handler, requestTimeout: answerLimitMs, throwOnRequestTimeout: true }),
    };
    this.ecs = new ECSClient(this.settings);
    this.logs = new CloudWatchLogsClient({ ...this.settings, disableHostPrefix: endpoint !== undefined });
    this.cluster = config.cluster ?? "default";
  }
  /** Sends one command, again where its answer broke off: by its token, its name, or because it asks only, it may be made twice. */
  call<Output>(name: string, signal: AbortSignal, send: Send<Output>): Promise<Output> {
    return this.#insist({ name, signal, isBroken }, send);
  }
  /** What must not be done twice: the caller finds out what has become of it where the answer broke off. */
  callOnce<Output>(name: string, signal: AbortSignal, send: Send<Output>): Promise<Output> {
    return this.#insist({ name, signal, isBroken: () => false }, send);
  }
  #insist<Output>(how: Pick<InsistOptions, "name" | "signal" | "isBroken">, send: Send<Output>): Promise<Output> {
    const limiters = [this.#bucket, this.#host.limiter];
    return insist({ ...how, limiters, isThrottled, throttledAttempts }, () => send({ abortSignal: how.signal }));
  }
  async describe(arns: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    const { cluster } = this;
    const pages = Array.from({ length: Math.ceil(arns.length / describeLimit) }, (_, page) =>
      arns.slice(page * describeLimit, (page + 1) * describeLimit),
    );
    const answers = await Promise.all(
      pages.map((tasks) =>
        this.call("DescribeTasks", signal, (options) => this.ecs.send(new DescribeTasksCommand({ cluster, tasks }), options)),
      ),
    );
    return answers.flatMap(({ tasks = [] }) => tasks);
  }
  async listTasks(filter: ListTasksCommandInput, signal: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = { ...filter, cluster: this.cluster, ...(nextToken !== undefined && { nextToken }) };
      const page = await this.call("ListTasks", signal, (options) => this.ecs.send(new ListTasksCommand(input), options));
      found.push(...(page.taskArns ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  }
  [Symbol.dispose](): void {
    this.ecs.destroy();
    this.logs.destroy();
  }
}

/** Undefined where the answer is that error. */
export async function unlessNamed<T>(name: string, send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (errorName(error) === name) return undefined;
    throw error;
  }
}
