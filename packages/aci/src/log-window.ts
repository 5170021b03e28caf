import { instant, type Instant } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";

/** One line as Container Instances tell it: a time that no other line of its container has, and the text with what ends it. */
export interface LoggedLine {
  readonly at: Instant;
  readonly text: string;
}
export interface LogWindow {
  readonly lines: readonly LoggedLine[];
  /** Of what was written, the beginning is no longer in it. */
  readonly slid: boolean;
}
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?/;

/** Documented: 4 MB of what runs, 16 KB or 1,000 lines of what has stopped. A line that does not fit is left out whole. */
const running = { bytes: 4 * 2 ** 20, lines: Number.POSITIVE_INFINITY, longestLine: 2 ** 16 };
const stopped = { bytes: 16 * 2 ** 10, lines: 1000, longestLine: 2 ** 12 };

export function readWindow(content: string, isOver: boolean): LogWindow {
  const lines: { at: Instant; text: string }[] = [];
  let bytes = 0;
  for (const line of content.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const [whole, at] = stamp.exec(line) ?? [];
    const last = lines.at(-1);
    const text = whole === undefined ? line : line.slice(whole.length);
    bytes += Buffer.byteLength(text);
    if (at !== undefined) lines.push({ at: instant(at), text });
    else if (last !== undefined) last.text += text;
  }
  const window = isOver ? stopped : running;
  const slid = lines.length >= window.lines || bytes > window.bytes - window.longestLine;
  return { lines, slid };
}

/** Behind the line of that time, and before any other. */
const behind = (at: string): string => `${at}+`;
/** Before all lines. */
export const beginning = "0";

/** Hands out each line of one run once, from a position on, and says where lines are missing. */
export class LogTape {
  readonly #instance: string;
  readonly #since: Instant | undefined;
  /** The last line that was handed out. */
  #last: string;
  /** A position to begin with, not behind it. */
  #from: string | undefined;

  constructor(instance: string, from: string | undefined, since: Instant | undefined) {
    this.#instance = instance;
    this.#from = from;
    this.#since = since;
    this.#last = from?.replace(/\+$/, "") ?? beginning;
  }
  /** What was handed out up to there, and nothing behind it. */
  get last(): string {
    return this.#last;
  }
  /** @param gapAfter The line behind which others are known to be missing. */
  items(lines: readonly LoggedLine[], gapAfter: string | undefined): readonly DriverLogItem[] {
    const from = this.#from;
    const isNew = ({ at }: LoggedLine): boolean => (from === at ? true : at > this.#last);
    const fresh = lines.filter(isNew);
    const isMissing = from !== undefined && (from.endsWith("+") || !lines.some(({ at }) => at === from));
    const gap = fresh.length > 0 && ((gapAfter !== undefined && this.#last <= gapAfter) || isMissing) ? [this.#gap()] : [];
    const last = fresh.at(-1);
    if (last !== undefined) {
      this.#last = last.at;
      this.#from = undefined;
    }
    const since = this.#since;
    const wanted = since === undefined ? fresh : fresh.filter(({ at }) => at >= since);
    return [...gap, ...wanted.map((line) => this.#item(line))];
  }
  #gap(): DriverLogItem {
    const reason = "Container Instances keep 4 MB of what runs, and 16 KB or 1,000 lines of what has stopped";
    return { kind: "gap", gap: "lost", reason, instance: this.#instance, position: behind(this.#last) };
  }
  #item({ at, text }: LoggedLine): DriverLogItem {
    const bytes = new TextEncoder().encode(text);
    // Both outputs come as one.
    return { kind: "bytes", stream: "stdout", instance: this.#instance, at, bytes, position: at };
  }
}

/** Behind which line others are missing, for whoever knows all up to `last`. */
export function gapBefore({ lines: [first], slid }: LogWindow, last: string): string | undefined {
  if (first === undefined || first.at <= last) return undefined;
  return last === beginning && !slid ? undefined : last;
}
