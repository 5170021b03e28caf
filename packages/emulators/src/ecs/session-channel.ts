import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import {
  payloadType,
  readSessionMessage,
  type SessionMessage,
  type SessionMessageType,
  writeSessionMessage,
} from "./session-message.ts";
import type { SessionWire } from "./session-wire.ts";

/** A stream message carries so much at the most. */
const mostPayloadBytes = 1024;
/** What nobody has acknowledged by then is sent again, the oldest first; it is looked for so often. */
const resendMs = 200;
const resendLookMs = 100;
/** So many messages wait for being acknowledged: then the program waits too. */
const mostUnacknowledged = 2000;
/** At the end, nobody waits longer for what was not acknowledged. */
const farewellMs = 2000;

interface Unacknowledged {
  readonly sequence: number;
  readonly bytes: Buffer;
  sentAt: number;
}

/** The agent's end of a session: two streams of numbered messages, each acknowledged, and sent again where it is not. */
export class SessionChannel {
  readonly #wire: SessionWire;
  readonly #clock: Clock;
  readonly #sessionId: string;
  readonly #unacknowledged: Unacknowledged[] = [];
  readonly #early = new Map<number, SessionMessage>();
  /** Acknowledged already. */
  readonly #wasEarly = new Set<number>();
  readonly #inputs: SessionMessage[] = [];
  #nextToSend = 0;
  #nextToHear = 0;
  #over = false;
  #wake = new Set<() => void>();

  constructor(wire: SessionWire, clock: Clock, sessionId: string) {
    this.#wire = wire;
    this.#clock = clock;
    this.#sessionId = sessionId;
  }

  /** Hears whatever arrives, until the connection ends. */
  async listen(): Promise<void> {
    void this.#resend().catch(() => {});
    for await (const bytes of this.#wire.messages()) {
      if (typeof bytes === "string") continue;
      const message = readSessionMessage(bytes);
      if (message.type === "acknowledge") this.#forget(message);
      else if (message.type === "input_stream_data") await this.#hear(message);
    }
    this.#over = true;
    this.#stir();
  }

  /** What is typed, each once and in order. Acknowledged when the next is asked for: until then its reader has not taken it. */
  async *inputs(): AsyncGenerator<SessionMessage, void, void> {
    for (;;) {
      const next = this.#inputs[0];
      if (next !== undefined) {
        yield next;
        this.#inputs.shift();
        this.#nextToHear++;
        if (!this.#wasEarly.delete(next.sequence)) await this.#acknowledge(next);
        this.#takeEarly();
      } else if (this.#over) return;
      else await this.#stirred();
    }
  }

  /** In pieces of a message each; waits while too much is not acknowledged. */
  async send(type: number, payload: Buffer): Promise<void> {
    for (let from = 0; from < payload.length; from += mostPayloadBytes) {
      while (this.#unacknowledged.length >= mostUnacknowledged && !this.#over) await this.#stirred();
      const sequence = this.#nextToSend++;
      const piece = payload.subarray(from, from + mostPayloadBytes);
      const flags = sequence === 0 ? 1 : 0;
      const bytes = this.#write("output_stream_data", { sequence, flags, payloadType: type, payload: piece });
      this.#unacknowledged.push({ sequence, bytes, sentAt: this.#clock.now() });
      await this.#wire.send(bytes);
    }
  }

  /** Says that it is over, and why where that is no usual end. */
  async close(output: string): Promise<void> {
    const latest = this.#clock.now() + farewellMs;
    while (this.#unacknowledged.length > 0 && !this.#over && this.#clock.now() < latest)
      await this.#clock.sleep(10, this.#wire.signal);
    const told = { MessageType: "channel_closed", MessageId: randomUUID(), SessionId: this.#sessionId, SchemaVersion: 1 };
    const content = {
      ...told,
      CreatedDate: String(Math.floor(this.#clock.now())),
      DestinationId: this.#sessionId,
      Output: output,
    };
    await this.#wire.send(this.#writeContent("channel_closed", content));
    await this.#wire.close();
  }

  async #hear(message: SessionMessage): Promise<void> {
    const expected = this.#nextToHear + this.#inputs.length;
    if (message.sequence < this.#nextToHear) return this.#acknowledge(message);
    if (message.sequence === expected) {
      this.#inputs.push(message);
      this.#takeEarly();
      this.#stir();
    } else if (message.sequence > expected && this.#early.size < mostUnacknowledged) {
      this.#early.set(message.sequence, message);
      await this.#acknowledge(message);
    }
  }

  #takeEarly(): void {
    for (;;) {
      const expected = this.#nextToHear + this.#inputs.length;
      const early = this.#early.get(expected);
      if (early === undefined) return;
      this.#early.delete(expected);
      this.#wasEarly.add(expected);
      this.#inputs.push(early);
    }
  }

  async #acknowledge({ type, id, sequence }: SessionMessage): Promise<void> {
    const content = {
      AcknowledgedMessageType: type,
      AcknowledgedMessageId: id,
      AcknowledgedMessageSequenceNumber: sequence,
      IsSequentialMessage: true,
    };
    await this.#wire.send(this.#writeContent("acknowledge", content));
  }

  #forget({ payload }: SessionMessage): void {
    const { AcknowledgedMessageSequenceNumber: sequence } = JSON.parse(payload.toString()) as Record<string, unknown>;
    const index = this.#unacknowledged.findIndex((one) => one.sequence === sequence);
    if (index === -1) return;
    this.#unacknowledged.splice(index, 1);
    this.#stir();
  }

  async #resend(): Promise<void> {
    while (!this.#over) {
      await this.#clock.sleep(resendLookMs, this.#wire.signal);
      const [oldest] = this.#unacknowledged;
      if (oldest === undefined || this.#clock.now() - oldest.sentAt < resendMs) continue;
      oldest.sentAt = this.#clock.now();
      await this.#wire.send(oldest.bytes);
    }
  }

  #writeContent(type: SessionMessageType, content: object): Buffer {
    return this.#write(type, { sequence: 0, flags: 3, payloadType: 0, payload: Buffer.from(JSON.stringify(content)) });
  }

  #write(type: SessionMessageType, message: Omit<SessionMessage, "type" | "id">): Buffer {
    return writeSessionMessage({ ...message, type, id: randomUUID() }, this.#clock.now());
  }

  #stirred(): Promise<void> {
    return new Promise((resolve) => this.#wake.add(resolve));
  }

  #stir(): void {
    const waiting = [...this.#wake];
    this.#wake.clear();
    for (const wake of waiting) wake();
  }
}

/** Whether a message is typed into the program, rather than said to the agent. */
export const isTyped = (message: SessionMessage): boolean => message.payloadType === payloadType.output;
