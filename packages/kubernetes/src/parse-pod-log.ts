import { instant, type Instant } from "@longshore/core";
import type { LogEntry } from "./log-placer.ts";

const newline = 10;
const space = 32;
/** A time of nine decimals with an offset has 35 characters; what is longer is no time. */
const longestTime = 64;
/** Container engines cut lines into pieces of so many bytes, and kubelets below 1.24 put a time before each. */
const pieceLength = 16_384;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Each line begins with its time and a space. Pieces come as they arrive: a line may be longer than memory. */
export async function* parsePodLog(body: AsyncIterable<Buffer>): AsyncGenerator<readonly LogEntry[], void, void> {
  const parser = new PodLogParser();
  for await (const chunk of body) {
    const entries = parser.push(chunk, false);
    if (entries.length > 0) yield entries;
  }
  yield parser.push(Buffer.alloc(0), true);
}

class PodLogParser {
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the piece that is being read; undefined where a line or a piece is about to begin. */
  #read: number | undefined;
  /** Inside a line, where the time of a piece is left out. */
  #inLine = false;
  #unknown = false;

  push(chunk: Buffer, last: boolean): readonly LogEntry[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: LogEntry[] = [];
    let at = 0;
    while (at < bytes.length) {
      const time = this.#read === undefined ? this.#timeAt(bytes, at, last) : { length: 0 };
      if (time === undefined) break;
      at = this.#piece(bytes, { from: at + time.length, ...(time.at !== undefined && { at: time.at }) }, entries);
    }
    this.#rest = bytes.subarray(at);
    return entries;
  }
  /** Undefined while its other half may be on the way. What has no time is the kubelet's own word, or goes on without one. */
  #timeAt(bytes: Buffer, at: number, last: boolean): { readonly length: number; readonly at?: Instant } | undefined {
    const gap = bytes.indexOf(space, at);
    if (gap === -1 && bytes.length - at < longestTime && !last && bytes.indexOf(newline, at) === -1) return undefined;
    const text = gap === -1 || gap - at > longestTime ? "" : bytes.toString("latin1", at, gap);
    const isTime = rfc3339.test(text);
    this.#unknown = this.#inLine ? this.#unknown : !isTime;
    if (!isTime) return { length: 0 };
    return this.#inLine ? { length: text.length + 1 } : { length: text.length + 1, at: instant(text) };
  }
  /** To the end of the line or of the piece, or of what there is. */
  #piece(bytes: Buffer, { from, at }: { readonly from: number; readonly at?: Instant }, entries: LogEntry[]): number {
    const read = this.#read ?? 0;
    const end = bytes.indexOf(newline, from);
    const next = Math.min(end === -1 ? bytes.length : end + 1, from + pieceLength - read);
    const ended = end !== -1 && next === end + 1;
    const whole = read + next - from === pieceLength;
    this.#inLine = !ended;
    this.#read = ended || whole ? undefined : read + next - from;
    if (!this.#unknown) entries.push({ bytes: bytes.subarray(from, next), ...(at !== undefined && { at }) });
    return next;
  }
}
