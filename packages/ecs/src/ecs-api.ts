import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
  type LogStream,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient, ListTasksCommand, type ListTasksCommandInput, type Task } from "@aws-sdk/client-ecs";
import { type Host, tokenBucket } from "@longshore/core";
import { insist } from "@longshore/core/driver";
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
export interface Target {
  readonly cluster: string;
  readonly logGroup: string;
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

/** The one way to AWS: every call waits its turn, and one that was throttled is made again later, after everybody else's. */
export class EcsApi implements Disposable {
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  readonly target: Target;
  /** For clients of other services, which are made when they are needed. */
  readonly settings: ClientSettings;
  readonly #host: Host;
  readonly #bucket: Host["limiter"];
  readonly #retentionDays: number | undefined;

  constructor(config: EcsConfig, host: Host) {
    const { region, endpoint, credentials, callsPerSecond: perSecond = usualRate } = config;
    this.#host = host;
    this.#retentionDays = config.logRetentionDays;
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
    this.target = { cluster: config.cluster ?? "default", logGroup: config.logGroup ?? "/longshore" };
  }
  /** Sends one command. Every call may be made twice: by its token, its name, or because it asks only. */
  call<Output>(
    name: string,
    signal: AbortSignal,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  ): Promise<Output> {
    const limiters = [this.#bucket, this.#host.limiter];
    const options = { name, signal, limiters, isThrottled, throttledAttempts, isBroken };
    return insist(options, () => send({ abortSignal: signal }));
  }
  async describe(arns: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    const { cluster } = this.target;
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
      const input = { ...filter, cluster: this.target.cluster, ...(nextToken !== undefined && { nextToken }) };
      const page = await this.call("ListTasks", signal, (options) => this.ecs.send(new ListTasksCommand(input), options));
      found.push(...(page.taskArns ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  }
  async createGroup(signal: AbortSignal): Promise<void> {
    const { logGroup: logGroupName } = this.target;
    const create = new CreateLogGroupCommand({ logGroupName });
    try {
      await this.call("CreateLogGroup", signal, (options) => this.logs.send(create, options));
    } catch (error) {
      if (errorName(error) === "ResourceAlreadyExistsException") return;
      throw error;
    }
    const retentionInDays = this.#retentionDays;
    if (retentionInDays === undefined) return;
    const keep = new PutRetentionPolicyCommand({ logGroupName, retentionInDays });
    await this.call("PutRetentionPolicy", signal, (options) => this.logs.send(keep, options));
  }
  async createStream(logStreamName: string, signal: AbortSignal): Promise<void> {
    const command = new CreateLogStreamCommand({ logGroupName: this.target.logGroup, logStreamName });
    await this.call("CreateLogStream", signal, (options) => this.logs.send(command, options));
  }
  /** Absent is no error. */
  async deleteStream(logStreamName: string, signal: AbortSignal): Promise<void> {
    const command = new DeleteLogStreamCommand({ logGroupName: this.target.logGroup, logStreamName });
    await unlessNamed("ResourceNotFoundException", () =>
      this.call("DeleteLogStream", signal, (options) => this.logs.send(command, options)),
    );
  }
  /** By name, ascending. None where the group is missing. */
  async *streams(logStreamNamePrefix: string, signal: AbortSignal): AsyncGenerator<LogStream, void, void> {
    let nextToken: string | undefined;
    do {
      const input = { logGroupName: this.target.logGroup, logStreamNamePrefix, ...(nextToken !== undefined && { nextToken }) };
      const page = await unlessNamed("ResourceNotFoundException", () =>
        this.call("DescribeLogStreams", signal, (options) => this.logs.send(new DescribeLogStreamsCommand(input), options)),
      );
      yield* page?.logStreams ?? [];
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
  }
  /** Undefined where there is no such stream, yet or any more. */
  async logEvents(
    input: Omit<GetLogEventsCommandInput, "logGroupName">,
    signal: AbortSignal,
  ): Promise<GetLogEventsCommandOutput | undefined> {
    const command = new GetLogEventsCommand({ ...input, logGroupName: this.target.logGroup });
    return unlessNamed("ResourceNotFoundException", () =>
      this.call("GetLogEvents", signal, (options) => this.logs.send(command, options)),
    );
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
