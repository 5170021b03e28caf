import { orAbort } from "@longshore/core/driver";
import { encodeMessage } from "./channel-message.ts";

/** Of one message (the vendor's client takes as much from its terminal at once). */
const mostBytes = 1024;
/** So many wait for being acknowledged; a program that reads slowly keeps them waiting. */
const mostUnacknowledged = 128;
/** What is not acknowledged by then is sent again, the oldest first; after each time it is waited for twice as long. */
const resendMs = { first: 250, last: 5_000 };

interface Sent {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** What is sent, numbered, and sent again until it is acknowledged. */
export class OutgoingStream implements Disposable {
  readonly #transmit: (bytes: Buffer) => void;
  readonly #unacknowledged: Sent[] = [];
  #sequence = 0;
  #waitMs = resendMs.first;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #wake: () => void = () => {};

  constructor(transmit: (bytes: Buffer) => void) {
    this.#transmit = transmit;
  }
  /** Resolves once all of it is on its way, and less than too much is not acknowledged; or nothing can be sent any more. */
  async send(payloadType: number, content: Uint8Array, signal: AbortSignal): Promise<void> {
    for (let from = 0; from < content.length; from += mostBytes) {
      await this.#until(() => this.#unacknowledged.length < mostUnacknowledged, signal);
      this.sendNow(payloadType, content.subarray(from, from + mostBytes));
    }
  }
  /** Once all of it has arrived, or nothing can be sent any more. */
  settled(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.#unacknowledged.length === 0, signal);
  }
  /** Whatever else is not acknowledged: for what is small, and seldom. */
  sendNow(payloadType: number, content: Uint8Array): void {
    if (this.#over) return;
    const sequence = this.#sequence++;
    const bytes = encodeMessage({ type: "input_stream_data", sequence, payloadType, payload: content });
    this.#unacknowledged.push({ sequence, bytes });
    this.#transmit(bytes);
    if (this.#timer === undefined) this.#arm();
  }
  acknowledged(sequence: number | undefined): void {
    const index = this.#unacknowledged.findIndex((sent) => sent.sequence === sequence);
    if (index === -1) return;
    this.#unacknowledged.splice(index, 1);
    this.#waitMs = resendMs.first;
    this.#arm();
    this.#wake();
  }
  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    while (!this.#over && !holds()) await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
  }
  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#unacknowledged.length === 0 ? undefined : setTimeout(() => this.#resend(), this.#waitMs);
  }
  #resend(): void {
    const [oldest] = this.#unacknowledged;
    if (oldest === undefined) return;
    this.#transmit(oldest.bytes);
    this.#waitMs = Math.min(this.#waitMs * 2, resendMs.last);
    this.#arm();
  }
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#over = true;
    this.#wake();
  }
}
