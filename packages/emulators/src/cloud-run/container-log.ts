import type { Clock } from "../clock.ts";
import { microTimestamp, type NewLogEntry } from "../cloud-logging/log-entry.ts";
import type { EngineOutput } from "../engine.ts";
import { LineCutter } from "../line-cutter.ts";
import { readOutputLine } from "./read-output-line.ts";
import type { LogSink } from "./run-world.ts";

/** What all entries of one container have in common. */
export interface LogOrigin {
  readonly project: string;
  readonly resource: NewLogEntry["resource"];
  readonly labels: Readonly<Record<string, string>>;
}

/** An entry is at most 256 KiB; what goes with a line takes its share. */
const longestPartBytes = 256 * 1024 - 2048;

/** Writes entries of one container, each later than the one before it. */
export class ContainerLog {
  readonly #logs: LogSink;
  readonly #origin: LogOrigin;
  #lastMicros = 0;

  constructor(logs: LogSink, origin: LogOrigin) {
    this.#logs = logs;
    this.#origin = origin;
  }

  /** Until the output ends. Never rejects. */
  async write(output: AsyncIterable<EngineOutput>): Promise<void> {
    const cutters = { stdout: new LineCutter(longestPartBytes), stderr: new LineCutter(longestPartBytes) };
    let last = 0;
    try {
      for await (const { stream, bytes, at } of output) {
        last = at;
        this.#append(stream, cutters[stream].cut(bytes), at);
      }
    } catch {
      // The engine is gone, and the rest of the output with it.
    }
    for (const stream of ["stdout", "stderr"] as const) this.#append(stream, cutters[stream].end(), last);
  }

  /** What the platform itself has to say about it. */
  tell(text: string, severity: string, clock: Clock): void {
    this.#logs.append([{ ...this.#entry("varlog/system", clock.now()), severity, textPayload: text }]);
  }

  #append(log: string, lines: Iterable<string>, at: number): void {
    const entries = [...lines]
      .filter((line) => line !== "")
      .map((line) => {
        const { labels = {}, ...said } = readOutputLine(line);
        const entry = this.#entry(log, at);
        return { ...entry, ...said, labels: { ...labels, ...entry.labels } };
      });
    this.#logs.append(entries);
  }

  #entry(log: string, at: number): NewLogEntry & { readonly labels: Readonly<Record<string, string>> } {
    const { project, resource, labels } = this.#origin;
    this.#lastMicros = Math.max(this.#lastMicros + 1, at * 1000);
    const timestamp = microTimestamp(this.#lastMicros);
    return {
      logName: `projects/${project}/logs/${encodeURIComponent(`run.googleapis.com/${log}`)}`,
      resource,
      timestamp,
      labels,
    };
  }
}
