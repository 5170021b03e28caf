import { LongshoreError, type Stream } from "@longshore/core";

export interface LogFrame {
  readonly stream: Stream;
  readonly bytes: Buffer;
}
const headerLength = 8;

/**
 * The engine's framing of a container without a terminal: one byte of type, three of nothing, four of length, big-endian
 * (docs.docker.com/reference/api/engine, ContainerAttach). Type 3 is the engine's own error, which ends the log.
 */
export async function* parseLogFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogFrame, void, void> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      if (held.length < headerLength) break;
      const end = headerLength + held.readUInt32BE(4);
      if (held.length < end) break;
      const [type, bytes] = [held[0], held.subarray(headerLength, end)];
      held = held.subarray(end);
      if (type === 3) throw engineSaid(bytes.toString());
      if (type !== 0 && type !== 1 && type !== 2) throw engineSaid(`a log frame of unknown type ${type}`);
      yield { stream: type === 2 ? "stderr" : "stdout", bytes };
    }
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
export async function* parseTerminalLog(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogFrame, void, void> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const newline = held.indexOf(10);
      const longest = timestampLength + longestEntry;
      const end = newline >= 0 && newline < longest ? newline + 1 : longest;
      if (held.length < end) break;
      yield { stream: "stdout", bytes: held.subarray(0, end) };
      held = held.subarray(end);
    }
  }
  if (held.length > 0) yield { stream: "stdout", bytes: held };
}
