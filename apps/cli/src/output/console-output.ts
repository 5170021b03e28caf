import { once } from "node:events";
import type { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}
/** Control characters other than tab could forge lines of a terminal. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g; // oxlint-disable-line no-control-regex -- that is what it is for

const oneLine = (text: string): string => text.replace(/\s*\r?\n\s*/g, " ").replace(controls, "\ufffd");

/** Lines that are there already come without a turn of the event loop; signals and closed pipes are heard only between turns. */
const writesPerTurn = 200;

/** The two streams of the command, written no faster than they are read. */
export class ConsoleOutput {
  readonly #streams: Streams;
  readonly #gone = new Set<Writable>();
  #writes = 0;

  /** `broken` is told once when stdout takes nothing any more: its reader has left (EPIPE), or a disk is full. */
  constructor(streams: Streams, broken: (error: NodeJS.ErrnoException) => void) {
    this.#streams = streams;
    for (const stream of [streams.stdout, streams.stderr]) {
      stream.on("error", (error) => {
        if (this.#gone.has(stream)) return;
        this.#gone.add(stream);
        if (stream === streams.stdout) broken(error);
      });
    }
  }
  /** Whether anybody reads what goes to stdout. */
  get isRead(): boolean {
    return !this.#gone.has(this.#streams.stdout);
  }
  /** How often something was written. */
  get written(): number {
    return this.#writes;
  }
  async write(to: keyof Streams, text: string | Uint8Array): Promise<void> {
    const stream = this.#streams[to];
    if (++this.#writes % writesPerTurn === 0) await turn();
    if (this.#gone.has(stream) || stream.write(text)) return;
    await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => {});
  }
  line(text: string): Promise<void> {
    return this.write("stdout", `${text}\n`);
  }
  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }
  /** A word of the command itself, on one line. */
  note(text: string): Promise<void> {
    return this.write("stderr", `longshore: ${oneLine(text)}\n`);
  }
  async flushed(): Promise<void> {
    const flush = (stream: Writable): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));
    await Promise.all([this.#streams.stdout, this.#streams.stderr].filter((one) => !this.#gone.has(one)).map(flush));
  }
}
