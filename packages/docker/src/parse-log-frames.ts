import { LongshoreError, type Stream } from "@longshore/core";

export interface LogFrame {
  readonly stream: Stream;
  readonly bytes: Buffer;
}
const headerLength = 8;

/** In batches: the frames of what came together. */
type Frames = AsyncGenerator<readonly LogFrame[], void, void>;

/**
 * The engine's framing of a container without a terminal: one byte of type, three of nothing, four of length, big-endian
 * (docs.docker.com/reference/api/engine, ContainerAttach). Type 3 is the engine's own error, which ends the log.
 */
export async function* parseLogFrames(chunks: AsyncIterable<Buffer>): Frames {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const frames: LogFrame[] = [];
    let at = 0;
    while (held.length - at >= headerLength) {
      const end = at + headerLength + held.readUInt32BE(at + 4);
      if (held.length < end) break;
      const type = held[at];
      const bytes = held.subarray(at + headerLength, end);
      at = end;
      if (type === 1 || type === 0) frames.push({ stream: "stdout", bytes });
      else if (type === 2) frames.push({ stream: "stderr", bytes });
      else {
        yield frames;
        throw engineSaid(type === 3 ? bytes.toString() : `a log frame of unknown type ${type}`);
      }
    }
    held = held.subarray(at);
    if (frames.length > 0) yield frames;
  }
  if (held.length > 0) throw cutInside();
}

const engineSaid = (text: string): LongshoreError =>
  new LongshoreError(`the engine cannot read the log: ${text.trim()}`, { code: "internal", operation: "logs" });
const cutInside = (): LongshoreError =>
  new LongshoreError("the log ended inside a frame", { code: "unavailable", operation: "logs" });

/** What the engine reads of a program's output at once: longer lines become several entries (moby, daemon/logger/copier.go). */
const longestEntry = 16_384;
const timestampLength = "2026-01-31T12:00:00.000000000Z ".length;

/** A terminal's log has no frames: an entry is a time, a space, and text up to a newline or the longest entry. */
export async function* parseTerminalLog(chunks: AsyncIterable<Buffer>): Frames {
  let held: Buffer = Buffer.alloc(0);
  const longest = timestampLength + longestEntry;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    const frames: LogFrame[] = [];
    for (;;) {
      const newline = held.indexOf(10);
      const end = newline >= 0 && newline < longest ? newline + 1 : longest;
      if (held.length < end) break;
      frames.push({ stream: "stdout", bytes: held.subarray(0, end) });
      held = held.subarray(end);
    }
    if (frames.length > 0) yield frames;
  }
  if (held.length > 0) yield [{ stream: "stdout", bytes: held }];
}
