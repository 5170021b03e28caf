import { LongshoreError, type Stream } from "@longshore/core";

export interface OutputFrame {
  readonly stream: Stream;
  readonly bytes: Buffer;
}
const headerLength = 8;

/**
 * The engine's framing of a program without a terminal: one byte of type, three of nothing, four of length, big-endian
 * (docs.docker.com/reference/api/engine, ContainerAttach). Type 3 is the engine's own error, which ends the output. The
 * frames of what came together are one batch; `what` is the output's name in errors.
 */
export async function* demultiplexOutput(
  chunks: AsyncIterable<Buffer>,
  what: "log" | "output",
): AsyncGenerator<readonly OutputFrame[], void, void> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const frames: OutputFrame[] = [];
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
        throw engineSaid(type === 3 ? bytes.toString() : `a frame of unknown type ${type}`, what);
      }
    }
    held = held.subarray(at);
    if (frames.length > 0) yield frames;
  }
  if (held.length > 0) throw cutInside(what);
}

const engineSaid = (text: string, what: string): LongshoreError =>
  new LongshoreError(`the engine cannot read the ${what}: ${text.trim()}`, { code: "internal", operation: what });
const cutInside = (what: string): LongshoreError =>
  new LongshoreError(`the ${what} ended inside a frame`, { code: "unavailable", operation: what });
