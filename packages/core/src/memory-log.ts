import type { Instant } from "./instant.ts";
import type { DriverLogItem, Stream } from "./log-record.ts";
import type { DriverLogQuery } from "./runtime-driver.ts";

type Bytes = Extract<DriverLogItem, { kind: "bytes" }>;

/** What a pretended program wrote: an item for each write, in order, and numbered. */
export class MemoryLog {
  readonly items: Bytes[] = [];
  /** The position of a line that is not ended yet. */
  readonly #open = new Map<Stream, string>();

  write(stream: Stream, bytes: Uint8Array, at: Instant): void {
    const goesOn = this.#open.get(stream);
    const end = goesOn === undefined ? -1 : bytes.indexOf(10);
    // What ends a line and begins another would bring a position back at a line's start, which is not allowed.
    if (end >= 0 && end < bytes.length - 1) {
      this.write(stream, bytes.subarray(0, end + 1), at);
      return this.write(stream, bytes.subarray(end + 1), at);
    }
    const position = goesOn ?? String(this.items.length);
    this.items.push({ kind: "bytes", stream, instance: "0", position, at, bytes });
    if (bytes.at(-1) === 10) this.#open.delete(stream);
    else if (bytes.length > 0) this.#open.set(stream, position);
  }
  /** The index of the first item wanted. */
  begin({ position, since }: DriverLogQuery): number {
    if (position !== undefined)
      return Math.max(
        0,
        this.items.findIndex((item) => item.position === position),
      );
    if (since === undefined) return 0;
    const first = this.items.findIndex(({ at }) => at !== undefined && at >= since);
    return first === -1 ? this.items.length : first;
  }
}
