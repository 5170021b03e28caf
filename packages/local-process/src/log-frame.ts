import type { Instant, Stream } from "@longshore/core";

/** `gap`: what could not be written; its bytes are the reason. */
export type FrameKind = Stream | "gap";
export interface Frame {
  readonly kind: FrameKind;
  readonly at: Instant;
  readonly bytes: Uint8Array;
}
/** A frame that was read, and where in the file it lies. */
export interface PlacedFrame extends Frame {
  readonly offset: number;
  readonly end: number;
}

/** What one read of a pipe brings at most (the capacity of a pipe, pipe(7), and Node's own chunk). */
export const largestFrameBytes = 65_536;
/** Letter, time, number and newline. */
const largestHeadBytes = 64;
/** A buffer of this size holds at least one whole frame. */
export const frameBufferBytes: number = 4 * (largestFrameBytes + largestHeadBytes);

const letters: Readonly<Record<FrameKind, string>> = { stdout: "o", stderr: "e", gap: "g" };
const kinds: Readonly<Record<string, FrameKind>> = { o: "stdout", e: "stderr", g: "gap" };
const newline = 10;

/** `o 2026-01-31T12:00:00.000000000Z 5`, newline, five bytes, newline: to be read by a person as well. */
export const encodeFrame = ({ kind, at, bytes }: Frame): Buffer =>
  Buffer.concat([Buffer.from(`${letters[kind]} ${at} ${bytes.length}\n`), bytes, Buffer.from("\n")]);

function frameAt(buffer: Buffer, from: number): Omit<PlacedFrame, "offset"> | undefined {
  const headEnd = buffer.indexOf(newline, from);
  if (headEnd === -1) return undefined;
  const head = buffer.toString("latin1", from, headEnd);
  const [, letter = "", at = "", length = ""] = /^([oeg]) (\S+Z) (\d+)$/.exec(head) ?? [];
  const kind = kinds[letter];
  if (kind === undefined)
    throw new Error(`the log is damaged: no frame begins with ${JSON.stringify(head.slice(0, largestHeadBytes))}`);
  const end = headEnd + 1 + Number(length) + 1;
  if (end > buffer.length) return undefined;
  return { kind, at: at as Instant, bytes: buffer.subarray(headEnd + 1, end - 1), end };
}

/** The whole frames of a piece of the log that begins at `offset`; an unfinished last one is left for later. */
export function* decodeFrames(buffer: Buffer, offset: number): Generator<PlacedFrame, void, void> {
  for (let frame = frameAt(buffer, 0), from = 0; frame !== undefined; frame = frameAt(buffer, from)) {
    yield { ...frame, offset: offset + from, end: offset + frame.end };
    from = frame.end;
  }
}
