import { type FileHandle, open } from "node:fs/promises";
import type { Stream } from "@longshore/core";
import { encodeFrame, type FrameKind, largestFrameBytes } from "./log-frame.ts";
import { framesFrom } from "./read-frames.ts";
import type { WallClock } from "./wall-clock.ts";

/** Held in memory before the program has to wait: enough for a few writes of both streams. */
const mostHeldBytes = 16 * largestFrameBytes;

/** Appends frames in the order in which they come. The program waits for a slow disk, and loses output to a full one. */
export class LogWriter {
  readonly #file: FileHandle;
  readonly #clock: WallClock;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #size = 0;
  #lostBytes = 0;
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, clock: WallClock, size = 0) {
    this.#file = file;
    this.#clock = clock;
    this.#size = size;
  }
  static async open(path: string, clock: WallClock): Promise<LogWriter> {
    return new LogWriter(await open(path, "a", 0o600), clock);
  }
  /** One that somebody else wrote, and may have died in the middle of a frame: nobody has read that, and it is taken away. */
  static async reopen(path: string, clock: WallClock): Promise<LogWriter> {
    const file = await open(path, "a+", 0o600);
    const size = await wholeLength(file);
    await file.truncate(size);
    return new LogWriter(file, clock, size);
  }
  /** Undefined, or what to wait for before more is read. */
  write(stream: Stream, bytes: Uint8Array): Promise<void> | undefined {
    for (let from = 0; from < bytes.length; from += largestFrameBytes) {
      this.#hold(stream, bytes.subarray(from, from + largestFrameBytes));
    }
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined));
    return this.#heldBytes > mostHeldBytes ? this.#writing : undefined;
  }
  /** Says in its place what is missing. */
  gap(reason: string): void {
    this.#hold("gap", Buffer.from(reason));
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined));
  }
  /** Everything is on the disk. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#lostBytes > 0) await this.#drain();
    if (this.#size > 0) await this.#file.sync();
    await this.#file.close();
  }
  #hold(kind: FrameKind, bytes: Uint8Array): void {
    const frame = encodeFrame({ kind, at: this.#clock.now(), bytes });
    this.#held.push(frame);
    this.#heldBytes += frame.length;
  }
  async #drain(): Promise<void> {
    do {
      const batch = Buffer.concat([...this.#gap(), ...this.#held]);
      this.#held = [];
      this.#heldBytes = 0;
      await this.#append(batch);
    } while (this.#held.length > 0);
  }
  #gap(): readonly Buffer[] {
    if (this.#lostBytes === 0) return [];
    const reason = `the log could not be written; some ${this.#lostBytes} bytes are missing`;
    return [encodeFrame({ kind: "gap", at: this.#clock.now(), bytes: Buffer.from(reason) })];
  }
  /** A disk that is full takes a part: that part is taken back, so that the next frame begins where a frame may begin. */
  async #append(batch: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(batch);
      this.#size += batch.length;
      this.#lostBytes = 0;
    } catch {
      this.#lostBytes += batch.length;
      await this.#file.truncate(this.#size).catch(() => {});
    }
  }
}

async function wholeLength(file: FileHandle): Promise<number> {
  let length = 0;
  for await (const frames of framesFrom(file, 0)) length = frames.at(-1)?.end ?? length;
  return length;
}
