import type { OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { type DriverLogItem, type DriverLogQuery, sleep } from "@longshore/core/driver";
import type { WorkloadId } from "@longshore/core";
import type { EcsParts } from "./ecs-parts.ts";
import { LogPlacer, Pass, timeIn } from "./log-placer.ts";
import { isOver } from "./map-task-state.ts";
import { lastPart, streamRoot } from "./native-names.ts";
import { pollMsOf } from "./until-over.ts";

export interface TaskLogQuery extends DriverLogQuery {
  /** An ARN. */
  readonly task: string;
  /** Whose instance it is. */
  readonly service?: WorkloadId;
}
/** Lines come after a task has stopped: the log driver sends what it holds when its container ends, and CloudWatch takes its time. */
const defaultQuietMs = 5_000;
/** So often a reader that follows looks for what came late. */
const recheckMs = 10_000;

interface Pages {
  readonly stream: string;
  readonly from: number | undefined;
}
/** The stream from a time on, by the forward token: it ends where the same token comes back, and goes on when asked again. */
class StreamReader {
  readonly #parts: EcsParts;
  readonly #pages: Pages;
  readonly #pass = new Pass();
  #token: string | undefined;

  constructor(parts: EcsParts, pages: Pages) {
    this.#parts = parts;
    this.#pages = pages;
  }
  async *items(placer: LogPlacer, signal: AbortSignal): AsyncGenerator<readonly DriverLogItem[], void, void> {
    for await (const events of this.#read(signal)) {
      const items = placer.items(events, this.#pass);
      if (items.length > 0) yield items;
    }
  }
  /** What there is now. An empty page is not yet its end. */
  async *#read(signal: AbortSignal): AsyncGenerator<readonly OutputLogEvent[], void, void> {
    const { stream: logStreamName, from } = this.#pages;
    for (;;) {
      const sent = this.#token;
      const startTime = from === undefined ? {} : { startTime: from };
      const nextToken = sent === undefined ? {} : { nextToken: sent };
      const page = await this.#parts.logGroup.events({ logStreamName, startFromHead: true, ...startTime, ...nextToken }, signal);
      if (page === undefined) return;
      this.#token = page.nextForwardToken ?? sent;
      yield page.events ?? [];
      if (this.#token === sent) return;
    }
  }
}

/** How long nothing new has come since the task has ended. */
class Quiet {
  #since = performance.now();

  /** What has ended long ago has nothing more to say. */
  begin(task: EcsTask | undefined): void {
    const ended = task?.executionStoppedAt ?? task?.stoppedAt;
    if (ended !== undefined) this.#since -= Math.max(0, Date.now() - ended.getTime());
  }
  break(): void {
    this.#since = performance.now();
  }
  get ms(): number {
    return performance.now() - this.#since;
  }
}
/** Ended, or no longer known to ECS. */
const hasEnded = (task: EcsTask | undefined): boolean => task === undefined || isOver(task);

/** One task's stream. With `follow`, to its end: nothing new for a while after the task has stopped. */
export async function* readTaskLog(
  parts: EcsParts,
  { task: arn, service, follow, positions = {}, since }: TaskLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const instance = lastPart(arn);
  const placer = new LogPlacer(instance, positions[instance]);
  const from = timeIn(positions[instance]) ?? (since === undefined ? undefined : Date.parse(since));
  const stream = `${streamRoot(parts.host.owner, service)}${instance}`;
  const reader = new StreamReader(parts, { stream, from });
  const { logQuietMs = defaultQuietMs } = parts.config;
  const quiet = new Quiet();
  let checkedAt = performance.now();
  for (let first = true; ; first = false) {
    // Looked at before the reading: what was written until then is read to its end.
    const task = follow ? await parts.tasks.look(arn, signal) : undefined;
    if (first) quiet.begin(task);
    for await (const items of reader.items(placer, signal)) {
      yield items;
      if (!first) quiet.break();
    }
    if (!follow) return;
    if (!hasEnded(task)) quiet.break();
    const isQuiet = quiet.ms >= logQuietMs;
    if (isQuiet || performance.now() - checkedAt > recheckMs) {
      checkedAt = performance.now();
      const again = new StreamReader(parts, { stream, from: Math.max(from ?? 0, placer.lateFrom) });
      const late = await Array.fromAsync(again.items(placer, signal));
      yield* late;
      if (late.length > 0) quiet.break();
      else if (isQuiet) return;
    }
    await sleep(pollMsOf(parts), signal);
  }
}
