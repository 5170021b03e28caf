import type { Instant } from "./instant.ts";
import type { DriverLogItem, Stream } from "./log-record.ts";
import type { DriverLogQuery } from "./runtime-driver.ts";

type Bytes = Extract<DriverLogItem, { kind: "bytes" }>;

/** What pretended programs of one workload wrote: an item for each write, in order, and numbered. */
export class MemoryLog {
  readonly items: Bytes[] = [];
  /** By instance and stream, the position of a line that is not ended yet. */
  readonly #open = new Map<string, string>();

  write(source: { readonly instance: string; readonly stream: Stream }, bytes: Uint8Array, at: Instant): void {
    const key = `${source.instance}/${source.stream}`;
    const goesOn = this.#open.get(key);
    const end = goesOn === undefined ? -1 : bytes.indexOf(10);
    // What ends a line and begins another would bring a position back at a line's start, which is not allowed.
    if (end >= 0 && end < bytes.length - 1) {
      this.write(source, bytes.subarray(0, end + 1), at);
      return this.write(source, bytes.subarray(end + 1), at);
    }
    const position = goesOn ?? String(this.items.length);
    this.items.push({ kind: "bytes", ...source, position, at, bytes });
    if (bytes.at(-1) === 10) this.#open.delete(key);
    else if (bytes.length > 0) this.#open.set(key, position);
  }
  /** Whether the item with this index is wanted. */
  wants({ positions, since }: DriverLogQuery): (index: number) => boolean {
    const first = positions === undefined && since !== undefined ? this.#since(since) : 0;
    const begin = new Map(
      Object.entries(positions ?? {}).map(([instance, position]) => [instance, this.#first(instance, position)]),
    );
    return (index) => index >= (begin.get(this.items[index]?.instance ?? "") ?? first);
  }
  #first(instance: string, position: string): number {
    return this.items.findIndex((item) => item.instance === instance && item.position === position);
  }
  #since(since: Instant): number {
    const first = this.items.findIndex(({ at }) => at !== undefined && at >= since);
    return first === -1 ? this.items.length : first;
  }
}
