import { demultiplexOutput, type OutputFrame } from "./demultiplex-output.ts";

/** In batches: the frames of what came together. */
type Frames = AsyncGenerator<readonly OutputFrame[], void, void>;

/** Of a container without a terminal: each entry of its log is a frame. */
export const parseLogFrames = (chunks: AsyncIterable<Buffer>): Frames => demultiplexOutput(chunks, "log");

/** What the engine reads of a program's output at once: longer lines become several entries (moby, daemon/logger/copier.go). */
const longestEntry = 16_384;
const timestampLength = "2026-01-31T12:00:00.000000000Z ".length;

/** A terminal's log has no frames: an entry is a time, a space, and text up to a newline or the longest entry. */
export async function* parseTerminalLog(chunks: AsyncIterable<Buffer>): Frames {
  let held: Buffer = Buffer.alloc(0);
  const longest = timestampLength + longestEntry;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    const frames: OutputFrame[] = [];
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
