import { createHash } from "node:crypto";

/** What a message of a session's channel may be. */
export type SessionMessageType =
  | "input_stream_data"
  | "output_stream_data"
  | "acknowledge"
  | "channel_closed"
  | "start_publication"
  | "pause_publication";

/** What stream messages carry. */
export const payloadType = {
  output: 1,
  error: 2,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  flag: 10,
} as const;

export interface SessionMessage {
  readonly type: SessionMessageType;
  readonly sequence: number;
  /** Bit 0: the first of a stream; bit 1: the last. */
  readonly flags: number;
  /** A UUID as it is written, with its hyphens. */
  readonly id: string;
  readonly payloadType: number;
  readonly payload: Buffer;
}

/** Everything is big-endian. The length of the header does not count the four bytes of the payload's length. */
const at = { type: 4, version: 36, created: 40, sequence: 48, flags: 56, id: 64, digest: 80, payloadType: 112, length: 116 };
const headerBytes = 116;

const digestOf = (payload: Uint8Array): Buffer => createHash("sha256").update(payload).digest();

/** The second half of the UUID goes first. */
function writeId(target: Buffer, id: string): void {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  bytes.copy(target, at.id, 8, 16);
  bytes.copy(target, at.id + 8, 0, 8);
}
const readId = (source: Buffer): string =>
  Buffer.concat([source.subarray(at.id + 8, at.id + 16), source.subarray(at.id, at.id + 8)])
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export function writeSessionMessage(message: SessionMessage, now: number): Buffer {
  const written = Buffer.alloc(headerBytes + 4 + message.payload.length);
  written.writeUInt32BE(headerBytes, 0);
  written.write(message.type.padEnd(32), at.type, "latin1");
  written.writeUInt32BE(1, at.version);
  written.writeBigUInt64BE(BigInt(Math.floor(now)), at.created);
  written.writeBigInt64BE(BigInt(message.sequence), at.sequence);
  written.writeBigUInt64BE(BigInt(message.flags), at.flags);
  writeId(written, message.id);
  digestOf(message.payload).copy(written, at.digest);
  written.writeUInt32BE(message.payloadType, at.payloadType);
  written.writeUInt32BE(message.payload.length, at.length);
  message.payload.copy(written, headerBytes + 4);
  return written;
}

/** @throws TypeError for what is no message, or one that was damaged on its way. */
export function readSessionMessage(bytes: Uint8Array): SessionMessage {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.length < headerBytes + 4) throw new TypeError(`a message of ${source.length} bytes is shorter than its header`);
  const payload = source.subarray(source.readUInt32BE(0) + 4);
  if (payload.length !== source.readUInt32BE(at.length)) throw new TypeError("a message's payload is not as long as it says");
  if (payload.length > 0 && !digestOf(payload).equals(source.subarray(at.digest, at.digest + 32)))
    throw new TypeError("a message's payload is not what its digest says");
  if (source.readBigUInt64BE(at.created) === 0n) throw new TypeError("a message does not say when it was created");
  return {
    type: source.toString("latin1", at.type, at.version).replaceAll("\0", "").trim() as SessionMessageType,
    sequence: Number(source.readBigInt64BE(at.sequence)),
    flags: Number(source.readBigUInt64BE(at.flags)),
    id: readId(source),
    payloadType: source.readUInt32BE(at.payloadType),
    payload,
  };
}
