import type { EngineOutput } from "./engine.ts";

type Piece = Pick<EngineOutput, "stream" | "bytes">;

const headerBytes = 8;

/** Takes apart what a Docker engine sends of a container without a terminal: a header of eight bytes before each piece. */
export async function* splitDockerFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const length = rest.readUInt32BE(4);
      if (rest.length < headerBytes + length) break;
      const bytes = rest.subarray(headerBytes, headerBytes + length);
      yield { stream: rest[0] === 2 ? "stderr" : "stdout", bytes };
      rest = rest.subarray(headerBytes + length);
    }
  }
}
