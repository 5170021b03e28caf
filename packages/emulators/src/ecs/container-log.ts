import type { EngineOutput } from "../engine.ts";
import type { LogEvent, LogPlace, LogSink } from "./log-sink.ts";
import type { ContainerRecord, TaskRecord } from "./task-record.ts";
import { TaskStartError } from "./task-start-error.ts";

/** A line that is longer is written in parts, as the log driver does: 256 KiB, less the 26 bytes that each event counts for. */
const longestPartBytes = 262_144 - 26;
const newline = 0x0a;

/** Where a container's output goes; undefined where it goes nowhere that is served here. Its group is made if that was asked. */
export function logPlaceOf({ definition }: ContainerRecord, task: TaskRecord, logs: LogSink): LogPlace | undefined {
  const { logDriver, options = {} } = definition.logConfiguration ?? {};
  if (logDriver !== "awslogs") return undefined;
  const group = options["awslogs-group"] ?? "";
  const place = { account: task.cluster.place.account, region: options["awslogs-region"] ?? task.cluster.place.region, group };
  if (!logs.hasGroup(place)) {
    if (options["awslogs-create-group"] !== "true")
      throw new TaskStartError(
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: " +
          "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
      );
    logs.createGroup(place);
  }
  const prefix = options["awslogs-stream-prefix"];
  return { ...place, stream: prefix ? `${prefix}/${definition.name}/${task.id}` : task.id };
}

/** Cuts one stream of a container's output into lines. What is longer than an event is given away in parts. */
class LineCutter {
  #rest: Buffer = Buffer.alloc(0);

  *cut(bytes: Uint8Array): Generator<string> {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(newline); end >= 0; end = this.#rest.indexOf(newline)) {
      yield this.#rest.toString("utf8", 0, end);
      this.#rest = this.#rest.subarray(end + 1);
    }
    while (this.#rest.length > longestPartBytes) {
      let end = longestPartBytes;
      // Not through the middle of a character.
      while (end > 1 && ((this.#rest[end] ?? 0) & 0xc0) === 0x80) end--;
      yield this.#rest.toString("utf8", 0, end);
      this.#rest = this.#rest.subarray(end);
    }
  }

  *end(): Generator<string> {
    if (this.#rest.length > 0) yield this.#rest.toString("utf8");
  }
}

/** Writes a container's output into its stream until it ends. Never rejects. */
export async function writeLog(output: AsyncIterable<EngineOutput>, place: LogPlace | undefined, logs: LogSink): Promise<void> {
  const cutters = { stdout: new LineCutter(), stderr: new LineCutter() };
  let at = 0;
  const write = (lines: Iterable<string>): void => {
    const events: LogEvent[] = [...lines].map((message) => ({ timestamp: at, message }));
    if (!place || events.length === 0) return;
    try {
      logs.append(place, events);
    } catch {
      // The group was deleted: what comes is lost, as with the real driver, and the container runs on.
    }
  };
  try {
    for await (const { stream, bytes, at: arrivedAt } of output) {
      at = arrivedAt;
      write(cutters[stream].cut(bytes));
    }
  } catch {
    // The engine is gone, and the rest of the output with it.
  }
  for (const stream of ["stdout", "stderr"] as const) write(cutters[stream].end());
}
