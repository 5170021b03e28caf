import type { IncomingMessage } from "node:http";

/** More than any request of a cloud's API takes. */
const limitBytes = 32 * 2 ** 20;

/** The whole body. @throws where it is longer than 32 MiB, or its sender goes away. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw new RangeError("the request is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
