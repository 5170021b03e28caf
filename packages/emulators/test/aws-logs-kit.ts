import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type OutputLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "vitest";
import { LogStore } from "../src/aws/logs/log-store.ts";
import { createLogsService } from "../src/aws/logs/logs-service.ts";
import { serveAws, type AwsBed } from "./aws-kit.ts";

export const account = "123456789012";
export const stream = "app/main/0123";
export const dayMs = 86_400_000;

type Input<Command extends { readonly input: object }> = Partial<Command["input"]>;

/** CloudWatch Logs behind the real server, the SDK's client, and a group and a stream of its own for each test. */
export class LogsBed {
  readonly bed: AwsBed;
  readonly logs: CloudWatchLogsClient;
  readonly store: LogStore;
  group = "";
  #groups = 0;

  constructor(bed: AwsBed, store: LogStore) {
    this.bed = bed;
    this.store = store;
    this.logs = new CloudWatchLogsClient({ ...bed.client, disableHostPrefix: true });
  }

  static async open(): Promise<LogsBed> {
    const stores: LogStore[] = [];
    const bed = await serveAws(async ({ clock, faults }) => {
      stores.push(new LogStore({ clock, faults }));
      return [await createLogsService(stores[0]!)];
    });
    return new LogsBed(bed, stores[0]!);
  }

  async close(): Promise<void> {
    this.logs.destroy();
    await this.bed.close();
  }

  async nextGroup(): Promise<void> {
    this.group = `/tests/${++this.#groups}`;
    await this.logs.send(new CreateLogGroupCommand({ logGroupName: this.group }));
    await this.logs.send(new CreateLogStreamCommand({ logGroupName: this.group, logStreamName: stream }));
  }

  at(ms = 0): number {
    return this.bed.clock.now() + ms;
  }

  get place() {
    return { account, region: "eu-west-3", group: this.group, stream };
  }

  /** As a container does. */
  print(...messages: string[]): void {
    this.store.append(
      this.place,
      messages.map((message) => ({ timestamp: this.at(), message })),
    );
  }

  put(...logEvents: { timestamp: number; message: string }[]) {
    return this.logs.send(new PutLogEventsCommand({ logGroupName: this.group, logStreamName: stream, logEvents }));
  }

  get(input: Input<GetLogEventsCommand> = {}) {
    return this.logs.send(new GetLogEventsCommand({ logGroupName: this.group, logStreamName: stream, ...input }));
  }

  filter(input: Input<FilterLogEventsCommand> = {}) {
    return this.logs.send(new FilterLogEventsCommand({ logGroupName: this.group, ...input }));
  }
}

export const texts = (events: readonly OutputLogEvent[] = []) => events.map(({ message }) => message);
/** An error of this name. */
export const named = (name: string, message?: RegExp) =>
  expect.objectContaining({ name, ...(message && { message: expect.stringMatching(message) }) });
