import { randomUUID } from "node:crypto";
import { ExecuteCommandCommand, type Session } from "@aws-sdk/client-ecs";
import { WebSocket } from "ws";
import { payloadType, readSessionMessage, type SessionMessage, writeSessionMessage } from "../src/ecs/session-message.ts";
import type { EcsBed } from "./ecs-kit.ts";

/** A task that runs, with a session of a command in it. */
export async function sessionOf(bed: EcsBed, command: string): Promise<Session> {
  const task = await bed.task(await bed.register("sleep 300", {}, { taskRoleArn: "arn:aws:iam::123456789012:role/task" }), {
    enableExecuteCommand: true,
  });
  await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
  const { session } = await bed.ecs.send(new ExecuteCommandCommand({ task, command, interactive: true }));
  return session!;
}

export interface ClientOptions {
  /** Acknowledges nothing of the first so many messages that arrive. */
  readonly deafFor?: number;
  readonly token?: string;
  /** What is answered to the agent's questions. Default: all is well. */
  readonly handshake?: "fail";
}

/** The other end of a session's channel, as plain as can be. */
export class SessionClient {
  readonly socket: WebSocket;
  /** Each message as it arrived, those that came twice included. */
  readonly arrived: SessionMessage[] = [];
  readonly closed: Promise<unknown>;
  readonly #options: ClientOptions;
  #sequence = 0;
  #answered = false;

  constructor({ streamUrl, tokenValue }: Session, options: ClientOptions = {}) {
    this.#options = options;
    this.socket = new WebSocket(streamUrl!);
    this.closed = new Promise((resolve) => this.socket.once("close", resolve).once("error", resolve));
    const hello = { MessageSchemaVersion: "1.0", RequestId: randomUUID(), ClientId: randomUUID(), ClientVersion: "1.2.707.0" };
    this.socket.once("open", () => this.socket.send(JSON.stringify({ ...hello, TokenValue: options.token ?? tokenValue })));
    this.socket.on("message", (bytes: Buffer) => this.#hear(readSessionMessage(bytes)));
  }

  /** What the program said, each message once and in order. */
  get output(): string {
    const streamed = this.arrived.filter((one) => one.type === "output_stream_data" && one.payloadType === payloadType.output);
    const bySequence = new Map(streamed.map((one) => [one.sequence, one.payload]));
    return Buffer.concat([...bySequence].sort(([one], [other]) => one - other).map(([, bytes]) => bytes)).toString();
  }
  get sequences(): readonly number[] {
    return this.arrived.filter(({ type }) => type === "output_stream_data").map(({ sequence }) => sequence);
  }
  /** Numbers of what the agent has acknowledged. */
  get acknowledged(): readonly number[] {
    return this.arrived
      .filter(({ type }) => type === "acknowledge")
      .map(({ payload }) => (JSON.parse(String(payload)) as Record<string, number>)["AcknowledgedMessageSequenceNumber"]!);
  }
  /** What the agent said at the end. */
  get farewell(): string | undefined {
    const last = this.arrived.find(({ type }) => type === "channel_closed");
    return last && (JSON.parse(String(last.payload)) as { Output: string }).Output;
  }
  type(text: string, sequence: number = this.#sequence++): void {
    this.#send({ payloadType: payloadType.output, payload: Buffer.from(text), sequence });
  }
  say(type: number, content: object): void {
    this.#send({ payloadType: type, payload: Buffer.from(JSON.stringify(content)), sequence: this.#sequence++ });
  }
  /** Whether what is typed now is taken. */
  get isReady(): boolean {
    return this.arrived.some((one) => one.payloadType === payloadType.handshakeComplete);
  }

  #send(message: Pick<SessionMessage, "payloadType" | "payload" | "sequence">): void {
    this.socket.send(writeSessionMessage({ ...message, type: "input_stream_data", flags: 0, id: randomUUID() }, Date.now()));
  }
  #hear(message: SessionMessage): void {
    this.arrived.push(message);
    if (message.type === "channel_closed") this.socket.close();
    if (message.type !== "output_stream_data" || this.arrived.length <= (this.#options.deafFor ?? 0)) return;
    const { id, sequence, type } = message;
    const content = { AcknowledgedMessageType: type, AcknowledgedMessageId: id, AcknowledgedMessageSequenceNumber: sequence };
    const payload = Buffer.from(JSON.stringify({ ...content, IsSequentialMessage: true }));
    const own = { type: "acknowledge", flags: 3, id: randomUUID(), sequence: 0, payloadType: 0, payload } as const;
    this.socket.send(writeSessionMessage(own, Date.now()));
    if (message.payloadType !== payloadType.handshakeRequest || this.#answered) return;
    this.#answered = true;
    this.#answer(message);
  }
  #answer({ payload }: SessionMessage): void {
    const { RequestedClientActions: asked } = JSON.parse(String(payload)) as { RequestedClientActions: { ActionType: string }[] };
    const ActionStatus = this.#options.handshake === "fail" ? 2 : 1;
    const ProcessedClientActions = asked.map(({ ActionType }) => ({ ActionType, ActionStatus, Error: "cannot" }));
    this.say(payloadType.handshakeResponse, { ClientVersion: "1.2.707.0", ProcessedClientActions });
  }
}
