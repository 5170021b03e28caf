import { type CursorParts, decodeCursor, encodeCursor } from "./log-cursor.ts";
import { InstanceLines } from "./instance-lines.ts";
import type { DriverLogItem, LogCursor, LogRecord } from "./log-record.ts";

export interface LogLinesOptions {
  readonly cursor?: LogCursor;
  /** Takes known secrets out of a line. */
  readonly mask?: (text: string) => string;
}
const nothingRead: CursorParts = { position: "", lines: {}, events: {}, gaps: [] };

/** Items become lines, each with a cursor from which another process goes on with the next one. */
export class LogLines {
  readonly #mask: (text: string) => string;
  readonly #instances = new Map<string, InstanceLines>();
  /** One for each instance, in the order in which they came. */
  readonly #segments: string[] = [];

  constructor({ cursor, mask = (text) => text }: LogLinesOptions = {}) {
    this.#mask = mask;
    for (const [instance, parts] of Object.entries(cursor === undefined ? {} : decodeCursor(cursor))) this.#add(instance, parts);
  }
  /** Appends to `records`: an array of a generator for each line would cost more than the line. */
  push(item: DriverLogItem, records: LogRecord[]): void {
    const lines = this.#instances.get(item.instance) ?? this.#add(item.instance, nothingRead);
    lines.push(item, records);
  }
  /** The source has ended: tails without a newline. */
  end(records: LogRecord[]): void {
    for (const lines of this.#instances.values()) lines.end(records);
  }
  #add(instance: string, parts: CursorParts): InstanceLines {
    const index = this.#segments.length;
    const lines = new InstanceLines({
      instance,
      mask: this.#mask,
      cursor: (segment) => {
        this.#segments[index] = segment;
        return encodeCursor(this.#segments);
      },
    });
    this.#segments.push(lines.begin(parts));
    this.#instances.set(instance, lines);
    return lines;
  }
}
