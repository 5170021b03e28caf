import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
  type LogStream,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { InFlight } from "@longshore/core/driver";
import { errorName } from "./classify-ecs-error.ts";
import { type EcsApi, unlessNamed } from "./ecs-api.ts";
import type { EcsConfig } from "./ecs-config.ts";

/** The group that all streams are in, those of tasks and those that are records. */
export class LogGroup {
  readonly #api: EcsApi;
  readonly #name: string;
  readonly #retentionDays: number | undefined;
  readonly #creating = new InFlight<void>();

  constructor(api: EcsApi, { logGroup = "/longshore", logRetentionDays }: EcsConfig) {
    this.#api = api;
    this.#name = logGroup;
    this.#retentionDays = logRetentionDays;
  }
  create(signal: AbortSignal): Promise<void> {
    return this.#creating.share(this.#name, (shared) => this.#create(shared), signal);
  }
  async #create(signal: AbortSignal): Promise<void> {
    const logGroupName = this.#name;
    const create = new CreateLogGroupCommand({ logGroupName });
    try {
      await this.#api.call("CreateLogGroup", signal, (options) => this.#api.logs.send(create, options));
    } catch (error) {
      if (errorName(error) === "ResourceAlreadyExistsException") return;
      throw error;
    }
    const retentionInDays = this.#retentionDays;
    if (retentionInDays === undefined) return;
    const keep = new PutRetentionPolicyCommand({ logGroupName, retentionInDays });
    await this.#api.call("PutRetentionPolicy", signal, (options) => this.#api.logs.send(keep, options));
  }
  async createStream(logStreamName: string, signal: AbortSignal): Promise<void> {
    const command = new CreateLogStreamCommand({ logGroupName: this.#name, logStreamName });
    await this.#api.call("CreateLogStream", signal, (options) => this.#api.logs.send(command, options));
  }
  /** Absent is no error. */
  async deleteStream(logStreamName: string, signal: AbortSignal): Promise<void> {
    const command = new DeleteLogStreamCommand({ logGroupName: this.#name, logStreamName });
    await unlessNamed("ResourceNotFoundException", () =>
      this.#api.call("DeleteLogStream", signal, (options) => this.#api.logs.send(command, options)),
    );
  }
  /** By name, ascending. None where the group is missing. */
  async *streams(logStreamNamePrefix: string, signal: AbortSignal): AsyncGenerator<LogStream, void, void> {
    let nextToken: string | undefined;
    do {
      const input = { logGroupName: this.#name, logStreamNamePrefix, ...(nextToken !== undefined && { nextToken }) };
      const page = await unlessNamed("ResourceNotFoundException", () =>
        this.#api.call("DescribeLogStreams", signal, (options) =>
          this.#api.logs.send(new DescribeLogStreamsCommand(input), options),
        ),
      );
      yield* page?.logStreams ?? [];
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
  }
  /** Undefined where there is no such stream, yet or any more. */
  async events(
    input: Omit<GetLogEventsCommandInput, "logGroupName">,
    signal: AbortSignal,
  ): Promise<GetLogEventsCommandOutput | undefined> {
    const command = new GetLogEventsCommand({ ...input, logGroupName: this.#name });
    return unlessNamed("ResourceNotFoundException", () =>
      this.#api.call("GetLogEvents", signal, (options) => this.#api.logs.send(command, options)),
    );
  }
  /** False where there is no such stream any more. */
  async put(logStreamName: string, message: string, signal: AbortSignal): Promise<boolean> {
    const logEvents = [{ timestamp: Date.now(), message }];
    const command = new PutLogEventsCommand({ logGroupName: this.#name, logStreamName, logEvents });
    const answer = await unlessNamed("ResourceNotFoundException", () =>
      this.#api.call("PutLogEvents", signal, (options) => this.#api.logs.send(command, options)),
    );
    return answer !== undefined;
  }
}
