import { instant } from "@longshore/core";
import type { LogEntry } from "./log-placer.ts";

const newline = 10;
const space = 32;
/** A time of nine decimals with an offset has 35 characters; what is longer is no time. */
const longestTime = 64;

/** Each line begins with its time and a space. Pieces come as they arrive: a line may be longer than memory. */
export async function* parsePodLog(body: AsyncIterable<Buffer>): AsyncGenerator<readonly LogEntry[], void, void> {
  let begun = false;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const entries: LogEntry[] = [];
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(newline, at);
      const next = end === -1 ? bytes.length : end + 1;
      if (begun) {
        entries.push({ bytes: bytes.subarray(at, next) });
      } else {
        const gap = bytes.indexOf(space, at);
        // Half a time: its other half is on the way.
        if ((gap === -1 || gap >= next) && end === -1 && bytes.length - at < longestTime) break;
        const entry = lineOf(bytes.subarray(at, next), gap - at);
        if (entry !== undefined) entries.push(entry);
      }
      begun = end === -1;
      at = next;
    }
    rest = bytes.subarray(at);
    if (entries.length > 0) yield entries;
  }
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** What has no time is the kubelet's own word, such as that it cannot read a log any more. */
function lineOf(line: Buffer, gap: number): LogEntry | undefined {
  const time = line.toString("latin1", 0, Math.max(0, gap));
  return rfc3339.test(time) ? { at: instant(time), bytes: line.subarray(gap + 1) } : undefined;
}
