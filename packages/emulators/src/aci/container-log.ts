import type { EngineOutput } from "../engine.ts";
import { LineCutter } from "../line-cutter.ts";

interface LogLine {
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  /** With what ends it, which the last line may lack. */
  readonly text: string;
  readonly bytes: number;
}

interface LogWindow {
  /** Of UTF-8. */
  readonly bytes: number;
  readonly lines: number;
}

export interface LogQuestion {
  /** So many of the last lines. */
  readonly tail?: number;
  /** Each with its time. */
  readonly timestamps?: boolean;
  /** Nothing that came later, in milliseconds since 1970. */
  readonly before?: number;
  /** Only so much of its end. */
  readonly most?: number;
}

/** Documented: 4 MB of a container that runs, 16 KB or 1,000 lines of one that has stopped. */
const runningWindow: LogWindow = { bytes: 4 * 2 ** 20, lines: Infinity };
const stoppedWindow: LogWindow = { bytes: 16 * 2 ** 10, lines: 1000 };

const nanosPerMs = 1_000_000n;
const toTimestamp = (at: bigint): string => {
  const seconds = new Date(Number(at / nanosPerMs)).toISOString().slice(0, 19);
  return `${seconds}.${String(at % 1_000_000_000n).padStart(9, "0")}Z`;
};

/** What one run of a container has said on both streams: so much of its end as its window holds, in whole lines. */
export class ContainerLog {
  #window = runningWindow;
  #lines: LogLine[] = [];
  /** Those before it have slid out. */
  #first = 0;
  #bytes = 0;
  #last = 0n;
  #ended = false;
  readonly #listeners = new Set<(bytes: Uint8Array | undefined) => void>();

  /** Until the output ends. Never rejects. */
  async write(output: AsyncIterable<EngineOutput>): Promise<void> {
    const cutters = { stdout: new LineCutter(this.#window.bytes), stderr: new LineCutter(this.#window.bytes) };
    let last = 0;
    try {
      for await (const { stream, bytes, at } of output) {
        last = at;
        for (const text of cutters[stream].cut(bytes)) this.#append(`${text}\n`, at);
        for (const listen of this.#listeners) listen(bytes);
      }
    } catch {
      // The engine is gone, and the rest of the output with it.
    }
    for (const cutter of [cutters.stdout, cutters.stderr]) for (const text of cutter.end()) this.#append(text, last);
    this.#ended = true;
    for (const listen of this.#listeners) listen(undefined);
  }

  /** From now on it keeps what a container that has stopped does. */
  shrink(): void {
    this.#window = stoppedWindow;
    this.#slide();
  }

  read({ tail = Infinity, timestamps = false, before = Infinity, most = Infinity }: LogQuestion): string {
    const { bytes, lines } = this.#window;
    let from = this.#lines.length;
    let size = 0;
    const seen: LogLine[] = [];
    while (from > this.#first && seen.length < Math.min(tail, lines)) {
      const line = this.#lines[--from]!;
      if (Number(line.at / nanosPerMs) > before) continue;
      size += line.bytes;
      if (size > Math.min(bytes, most)) break;
      seen.push(line);
    }
    return seen
      .reverse()
      .map(({ at, text }) => `${timestamps ? `${toTimestamp(at)} ` : ""}${text}`)
      .join("");
  }

  /** What it says from now on, until it has ended or `stop` is called. */
  follow(tell: (bytes: Uint8Array | undefined) => void): () => void {
    if (this.#ended) tell(undefined);
    else this.#listeners.add(tell);
    return () => void this.#listeners.delete(tell);
  }

  #append(text: string, ms: number): void {
    const now = BigInt(Math.trunc(ms)) * nanosPerMs;
    this.#last = now > this.#last ? now : this.#last + 1n;
    const line = { at: this.#last, text, bytes: Buffer.byteLength(text) };
    this.#lines.push(line);
    this.#bytes += line.bytes;
    this.#slide();
  }

  #slide(): void {
    const { bytes, lines } = this.#window;
    const isOver = (): boolean => this.#bytes > bytes || this.#lines.length - this.#first > lines;
    while (this.#first < this.#lines.length && isOver()) this.#bytes -= this.#lines[this.#first++]!.bytes;
    // Not each time: it copies what is left.
    if (this.#first < this.#lines.length / 2) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}
