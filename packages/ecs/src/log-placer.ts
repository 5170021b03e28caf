import { createHash } from "node:crypto";
import type { OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { instant } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";

/** CloudWatch shows what the log driver sends within seconds; what is later than that is not waited for. */
const lateMs = 60_000;
/** More of them are kept only as long as they may come by again. */
const mostKept = 20_000;
const digestLength = 10;

/** The time of the event that a position names. */
export const timeIn = (position: string | undefined): number | undefined =>
  position === undefined ? undefined : Number(position.slice(0, position.indexOf(".")));

/** One reading of a stream, in its own order: names its events. Whoever reads the same millisecond whole gives the same names. */
export class Pass {
  #at = -1;
  readonly #same = new Map<string, number>();

  /** By time and text, and of the same ones which: whatever is shown late does not shift it. */
  name({ timestamp = 0, message = "" }: OutputLogEvent): string {
    if (timestamp !== this.#at) this.#same.clear();
    this.#at = timestamp;
    const digest = createHash("sha256").update(message).digest("base64url").slice(0, digestLength);
    const before = this.#same.get(digest) ?? 0;
    this.#same.set(digest, before + 1);
    return `${timestamp}.${digest}.${before}`;
  }
}

/** Hands out each event of a stream once, from a position on, whichever pass shows it first. */
export class LogPlacer {
  readonly #instance: string;
  /** Its time, by name. */
  readonly #seen = new Map<string, number>();
  #from: string | undefined;
  #newest = -1;
  #position = "0.";

  constructor(instance: string, from: string | undefined) {
    this.#instance = instance;
    this.#from = from;
  }
  /** Where to look again for what may have come late. */
  get lateFrom(): number {
    return Math.max(0, this.#newest - lateMs);
  }
  items(events: readonly OutputLogEvent[], pass: Pass): readonly DriverLogItem[] {
    this.#prune();
    return events.flatMap((event) => this.#item(event, pass.name(event)) ?? []);
  }
  #item({ timestamp = 0, message: text = "" }: OutputLogEvent, event: string): DriverLogItem | undefined {
    if (this.#seen.has(event)) return undefined;
    this.#seen.set(event, timestamp);
    if (this.#from !== undefined) {
      if (event !== this.#from && timestamp <= (timeIn(this.#from) ?? 0)) return undefined;
      this.#from = undefined;
    }
    // What is late keeps the position of the line that was before it: an earlier one must not come back.
    if (timestamp >= this.#newest) {
      this.#newest = timestamp;
      this.#position = event;
    }
    // ECS keeps one stream for both outputs. An event may be several lines; it stays one record.
    const source = { stream: "stdout", instance: this.#instance, at: instant(timestamp) } as const;
    return { kind: "event", event, ...source, text, position: this.#position };
  }
  #prune(): void {
    if (this.#seen.size < mostKept) return;
    for (const [event, at] of this.#seen) if (at < this.lateFrom) this.#seen.delete(event);
  }
}
