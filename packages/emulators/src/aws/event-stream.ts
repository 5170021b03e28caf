import { crc32 } from "node:zlib";
import { ModelledError } from "./modelled-error.ts";
import { toWireJson } from "./to-wire-json.ts";

const preludeBytes = 8;
const checksumBytes = 4;
/** The wire's number for a header whose value is text. */
const textHeader = 7;

function encodeHeader(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([textHeader]), length, text]);
}

const checksum = (bytes: Buffer): Buffer => {
  const sum = Buffer.alloc(checksumBytes);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
};

/** One frame: lengths and their checksum, headers, payload, and a checksum of it all. */
function encodeEventFrame(headers: Readonly<Record<string, string>>, payload: unknown): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const body = Buffer.from(JSON.stringify(toWireJson(payload)));
  const prelude = Buffer.alloc(preludeBytes);
  prelude.writeUInt32BE(preludeBytes + checksumBytes + head.length + body.length + checksumBytes);
  prelude.writeUInt32BE(head.length, 4);
  const frame = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([frame, checksum(frame)]);
}

const contentType = { ":content-type": "application/x-amz-json-1.1" };
const eventFrame = (type: string, payload: unknown): Uint8Array =>
  encodeEventFrame({ ":message-type": "event", ":event-type": type, ...contentType }, payload);

/**
 * An operation's events (`{ [type]: members }`) as frames, after the empty initial response that JSON services begin with. A
 * `ModelledError` ends the stream as an exception of that type.
 */
export async function* encodeEventStream(events: AsyncIterable<object>): AsyncGenerator<Uint8Array, void, void> {
  yield eventFrame("initial-response", {});
  try {
    for await (const event of events) for (const [type, members] of Object.entries(event)) yield eventFrame(type, members);
  } catch (error) {
    if (!(error instanceof ModelledError)) throw error;
    const headers = { ":message-type": "exception", ":exception-type": error.code, ...contentType };
    yield encodeEventFrame(headers, { ...error.fields, message: error.message });
  }
}
