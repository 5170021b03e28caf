import { createHash, randomUUID } from "node:crypto";

/** What a stream message carries, as the agent in the container and the vendor's own client name it. */
export const payload = {
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
} as const;

export interface ChannelMessage {
  /** `output_stream_data`, `acknowledge`, `channel_closed`, …: others than those may be ignored. */
  readonly type: string;
  /** Of its stream, from 0. */
  readonly sequence: number;
  readonly id: Uint8Array;
  readonly payloadType: number;
  readonly payload: Buffer;
}
export type Outgoing = Pick<ChannelMessage, "sequence" | "payloadType"> & {
  readonly type: "input_stream_data" | "acknowledge";
  readonly payload: Uint8Array;
};

/** Big-endian: the header's own length, type, version, time, sequence, flags, id, digest, payload's type; then the payload's length. */
const headerLength = 116;
const schemaVersion = 1;
/** Of a message that is its stream's first and last. */
const alone = 3;
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
/** On the wire the halves of an id are the other way round. */
const turned = (id: Uint8Array): Buffer => Buffer.concat([id.subarray(8), id.subarray(0, 8)]);

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const number64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};

export function encodeMessage({ type, sequence, payloadType, payload: content }: Outgoing): Buffer {
  const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
  return Buffer.concat([
    number32(headerLength),
    Buffer.from(type.padEnd(32)),
    number32(schemaVersion),
    number64(Date.now()),
    number64(sequence),
    number64(type === "acknowledge" ? alone : 0),
    turned(id),
    sha256(content),
    number32(payloadType),
    number32(content.length),
    content,
  ]);
}

/** Undefined for what is no message, or was damaged: it is not acknowledged, and so comes again. */
export function decodeMessage(bytes: Buffer): ChannelMessage | undefined {
  if (bytes.length < headerLength) return undefined;
  const length = bytes.readUInt32BE(0);
  const content = bytes.subarray(length + 4);
  // Of two types of message that say nothing, the header is shorter.
  const payloadType = length === headerLength ? bytes.readUInt32BE(112) : 0;
  if (length === headerLength && content.length > 0 && !sha256(content).equals(bytes.subarray(80, 112))) return undefined;
  return {
    type: bytes.toString("utf8", 4, 36).replaceAll("\0", "").trim(),
    sequence: Number(bytes.readBigInt64BE(48)),
    id: turned(bytes.subarray(64, 80)),
    payloadType,
    payload: content,
  };
}

/** Says that a message has arrived, whatever becomes of it. */
export function acknowledge({ type, sequence, id }: ChannelMessage): Buffer {
  const hex = Buffer.from(id).toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  const content = {
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: parts.join("-"),
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  };
  return encodeMessage({ type: "acknowledge", sequence: 0, payloadType: 0, payload: Buffer.from(JSON.stringify(content)) });
}
/** The number of the message that is acknowledged. */
export const acknowledgedBy = ({ payload: content }: ChannelMessage): number | undefined =>
  (JSON.parse(content.toString()) as { AcknowledgedMessageSequenceNumber?: number }).AcknowledgedMessageSequenceNumber;
