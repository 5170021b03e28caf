import { LongshoreError, type Stream } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { PlacedFrame } from "./log-frame.ts";

const newline = 10;

/**
 * Gives each piece of output its position: the frame in which its line begins, and how far into that frame. What goes on
 * with a line repeats the line's position; what comes after that line in the same frame has its own.
 */
export class LinePlaces {
  /** The frame to begin with, by its place in the file. */
  readonly beginning: number;
  #skip: number;
  readonly #instance: string;
  /** Where the unfinished line of a stream begins. */
  readonly #open = new Map<Stream, string>();

  constructor(instance: string, position = "0:0") {
    const [, offset, skip] = /^(\d{1,15}):(\d{1,15})$/.exec(position) ?? [];
    if (offset === undefined) {
      throw new LongshoreError(`no position of this log: ${position}`, { code: "invalid-argument", operation: "logs" });
    }
    this.#instance = instance;
    this.beginning = Number(offset);
    this.#skip = Number(skip);
  }
  *place({ kind, at, bytes, offset }: PlacedFrame): Generator<DriverLogItem, void, void> {
    const skip = this.#skip;
    this.#skip = 0;
    if (kind === "gap") {
      this.#open.clear();
      const reason = Buffer.from(bytes).toString();
      yield { kind: "gap", gap: "lost", reason, position: `${offset}:0`, instance: this.#instance };
      return;
    }
    const common = { kind: "bytes", stream: kind, instance: this.#instance, at } as const;
    const open = skip === 0 ? this.#open.get(kind) : undefined;
    const head = open === undefined ? skip : headLength(bytes);
    if (open !== undefined) yield { ...common, bytes: bytes.subarray(0, head), position: open };
    if (head > 0 && head <= bytes.length && bytes[head - 1] === newline) this.#open.delete(kind);
    if (head >= bytes.length) return;
    const position = `${offset}:${head}`;
    if (bytes.at(-1) !== newline) this.#open.set(kind, position);
    yield { ...common, bytes: bytes.subarray(head), position };
  }
}

/** Up to and with the first newline, else everything. */
const headLength = (bytes: Uint8Array): number => {
  const end = bytes.indexOf(newline);
  return end === -1 ? bytes.length : end + 1;
};
