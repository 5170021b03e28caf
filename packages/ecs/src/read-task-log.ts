import type { OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { instant } from "@longshore/core";
import { type DriverLogItem, type DriverLogQuery, sleep } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { isOver } from "./map-ecs-task.ts";
import { lastPart, streamOf } from "./native-names.ts";
import { pollMsOf } from "./stop-workload.ts";

export interface TaskLogQuery extends DriverLogQuery {
  /** An ARN. */
  readonly task: string;
}
/** Lines come after a task has stopped: the log driver sends what it holds when its container ends, and CloudWatch takes its time. */
const defaultQuietMs = 5_000;

/** In the stream's own order: the time of an event, and how many events of that time came before it. */
interface Place {
  readonly at: number;
  readonly ordinal: number;
}
const readPlace = (position: string | undefined): Place | undefined => {
  const [, at, ordinal] = /^(\d+)\.(\d+)$/.exec(position ?? "") ?? [];
  return at === undefined ? undefined : { at: Number(at), ordinal: Number(ordinal) };
};

/** Gives the events of a stream their places, from a place on. */
class Placer {
  readonly #instance: string;
  #skip: number;
  #here: Place;

  constructor(instance: string, from: Place | undefined) {
    this.#instance = instance;
    this.#skip = from?.ordinal ?? 0;
    this.#here = { at: from?.at ?? -1, ordinal: -1 };
  }
  items(events: readonly OutputLogEvent[]): readonly DriverLogItem[] {
    return events.flatMap((event) => this.#item(event) ?? []);
  }
  #item({ timestamp = 0, message = "" }: OutputLogEvent): DriverLogItem | undefined {
    const { at, ordinal } = this.#here;
    this.#here = { at: timestamp, ordinal: timestamp === at ? ordinal + 1 : 0 };
    if (this.#skip > 0 && timestamp === at) {
      this.#skip--;
      return undefined;
    }
    this.#skip = 0;
    const position = `${timestamp}.${this.#here.ordinal}`;
    // ECS keeps one stream for both outputs. An event may be several lines; it stays one record.
    return {
      kind: "event",
      event: position,
      stream: "stdout",
      instance: this.#instance,
      at: instant(timestamp),
      text: message,
      position,
    };
  }
}

interface Pages {
  readonly stream: string;
  readonly from: number | undefined;
}
/** The stream from its beginning on, by the forward token: it ends where the same token comes back, and goes on when asked again. */
class StreamReader {
  readonly #parts: EcsParts;
  readonly #pages: Pages;
  #token: string | undefined;

  constructor(parts: EcsParts, pages: Pages) {
    this.#parts = parts;
    this.#pages = pages;
  }
  /** What there is now. An empty page is not yet its end. */
  async *read(signal: AbortSignal): AsyncGenerator<readonly OutputLogEvent[], void, void> {
    const { stream: logStreamName, from } = this.#pages;
    for (;;) {
      const sent = this.#token;
      const page = await this.#parts.api.logEvents(
        {
          logStreamName,
          startFromHead: true,
          ...(from !== undefined && { startTime: from }),
          ...(sent !== undefined && { nextToken: sent }),
        },
        signal,
      );
      if (page === undefined) return;
      this.#token = page.nextForwardToken ?? sent;
      yield page.events ?? [];
      if (this.#token === sent) return;
    }
  }
}

/** Ended, or no longer known to ECS. */
const hasEnded = (task: EcsTask | undefined): boolean => task === undefined || isOver(task);

/** One task's stream. With `follow`, to its end: nothing new for a while after the task has stopped. */
export async function* readTaskLog(
  parts: EcsParts,
  { task: arn, follow, positions = {}, since }: TaskLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const instance = lastPart(arn);
  const from = readPlace(positions[instance]);
  const placer = new Placer(instance, from);
  const earliest = from?.at ?? (since === undefined ? undefined : Date.parse(since));
  const reader = new StreamReader(parts, { stream: streamOf(parts.host.owner, instance), from: earliest });
  const { logQuietMs = defaultQuietMs } = parts.config;
  let quietSince = performance.now();
  for (let first = true; ; first = false) {
    // Looked at before the reading: what was written until then is read to its end.
    const task = follow ? await parts.tasks.look(arn, signal) : undefined;
    const ended = task?.executionStoppedAt ?? task?.stoppedAt;
    // What has ended long ago has nothing more to say.
    if (first && ended !== undefined) quietSince -= Math.max(0, Date.now() - ended.getTime());
    for await (const events of reader.read(signal)) {
      if (events.length === 0) continue;
      yield placer.items(events);
      if (!first) quietSince = performance.now();
    }
    if (!follow || (hasEnded(task) && performance.now() - quietSince >= logQuietMs)) return;
    if (!hasEnded(task)) quietSince = performance.now();
    await sleep(pollMsOf(parts), signal);
  }
}
