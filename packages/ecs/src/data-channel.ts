import { randomUUID } from "node:crypto";
import type { Session } from "@aws-sdk/client-ecs";
import { LongshoreError, type TerminalSize } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import { type CommandChannel, endOfSession } from "@longshore/core/sessions";
import { answerHandshake, clientVersion } from "./answer-handshake.ts";
import { acknowledge, acknowledgedBy, type ChannelMessage, decodeMessage, payload } from "./channel-message.ts";
import { IncomingStream } from "./incoming-stream.ts";
import { OutgoingStream } from "./outgoing-stream.ts";

/** More than so much that nobody has read: the other side is asked to wait, and to go on once half of that is left. */
const manyBytes = 1 << 20;
/** More than so much is not taken: it is not acknowledged either, so that it comes again. */
const mostBytes = 16 << 20;

/** So long the last word may take to arrive. */
const farewellMs = 5_000;

/** The connection to the agent beside a program. What is read has been said once, whole and in order. */
export class DataChannel implements CommandChannel, Disposable {
  readonly #socket: WebSocket;
  readonly #incoming = new IncomingStream();
  readonly #outgoing: OutgoingStream;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #crowded = false;
  #size: TerminalSize | undefined;
  #closed = false;
  #leaving = false;
  #failure: LongshoreError | undefined;
  #wake: () => void = () => {};
  /** Told when more waits to be read than should, and when it does no longer. */
  onCrowd: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#outgoing = new OutgoingStream((bytes) => this.#transmit(bytes));
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#hear(data));
    socket.addEventListener("close", () => this.#close(broken()));
    socket.addEventListener("error", () => this.#close(broken()));
  }
  static async open({ streamUrl = "", tokenValue = "" }: Session, signal: AbortSignal): Promise<DataChannel> {
    const socket = new WebSocket(streamUrl);
    const channel = new DataChannel(socket);
    try {
      await orAbort(signal, () => opened(socket));
    } catch (error) {
      channel[Symbol.dispose]();
      throw error;
    }
    const RequestId = randomUUID();
    const hello = {
      MessageSchemaVersion: "1.0",
      RequestId,
      TokenValue: tokenValue,
      ClientId: randomUUID(),
      ClientVersion: clientVersion,
    };
    socket.send(JSON.stringify(hello));
    return channel;
  }
  /** To the end that the agent tells; throws where the connection breaks, and where the agent says what went wrong. */
  async *read(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const next = this.#chunks.shift();
      if (next !== undefined) {
        this.#count(-next.length);
        yield next;
      } else if (this.#closed) {
        if (this.#failure !== undefined) throw this.#failure;
        return;
      } else await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }
  /** As typed; waits while the program reads too slowly. */
  type(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#outgoing.send(payload.output, bytes, signal);
  }
  get isCrowded(): boolean {
    return this.#crowded;
  }
  /** A key that does not wait for others. */
  press(key: number): void {
    if (!this.#closed) this.#outgoing.sendNow(payload.output, Buffer.from([key]));
  }
  resize(size: TerminalSize): void {
    this.#size = size;
    this.stayAlive();
  }
  /** Says again how large the terminal is; nothing where no size was told. */
  stayAlive(): void {
    if (this.#size === undefined || this.#closed) return;
    const { columns: cols, rows } = this.#size;
    this.#outgoing.sendNow(payload.size, Buffer.from(JSON.stringify({ cols, rows })));
  }
  /** Says the last, and leaves when it has arrived; nobody need wait for that. */
  leave(bytes: Uint8Array): void {
    this.#leaving = true;
    const limit = AbortSignal.timeout(farewellMs);
    const say = async (): Promise<void> => {
      await this.type(bytes, limit);
      await this.#outgoing.settled(limit);
    };
    const away = (): void => this.#hangUp();
    void say().then(away, away);
  }
  #transmit(bytes: Buffer): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }
  #hear(data: unknown): void {
    if (!(data instanceof ArrayBuffer) || this.#closed) return;
    const message = decodeMessage(Buffer.from(data));
    if (message?.type === "output_stream_data") this.#take(message);
    else if (message?.type === "acknowledge") this.#outgoing.acknowledged(acknowledgedBy(message));
    else if (message?.type === "channel_closed") this.#close(endOf(message));
  }
  #take(message: ChannelMessage): void {
    if (this.#bytes > mostBytes) return;
    const ready = this.#incoming.take(message);
    if (ready === undefined) return;
    this.#transmit(acknowledge(message));
    for (const one of ready) this.#use(one);
    this.#wake();
  }
  #use({ payloadType, payload: content }: ChannelMessage): void {
    if (payloadType === payload.output) {
      this.#chunks.push(content);
      this.#count(content.length);
    } else if (payloadType === payload.handshakeRequest) {
      const { response, refusal } = answerHandshake(content.toString());
      this.#outgoing.sendNow(payload.handshakeResponse, Buffer.from(JSON.stringify(response)));
      if (refusal !== undefined) this.#close(new LongshoreError(refusal, { code: "unsupported", operation: "exec" }));
    }
  }
  #count(bytes: number): void {
    this.#bytes += bytes;
    const crowded = this.#bytes > (this.#crowded ? manyBytes / 2 : manyBytes);
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    this.onCrowd();
  }
  /** The first that is known of the end counts. */
  #close(failure: LongshoreError | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    this.#outgoing[Symbol.dispose]();
    this.#wake();
  }
  #hangUp(): void {
    this.#close(broken());
    this.#socket.close();
  }
  [Symbol.dispose](): void {
    if (!this.#leaving) this.#hangUp();
  }
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(broken()));
    socket.addEventListener("close", () => reject(broken()));
  });
const broken = (): LongshoreError =>
  new LongshoreError("the connection to the command broke", { code: "unavailable", retryable: false, operation: "exec" });

/** What the agent says at the end is a fault, if it says anything: a usual end has no words. */
function endOf({ payload: content }: ChannelMessage): LongshoreError | undefined {
  const { Output = "" } = JSON.parse(content.toString()) as { Output?: string };
  return endOfSession(Output);
}
