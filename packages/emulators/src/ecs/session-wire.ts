import { setTimeout } from "node:timers/promises";
import type { CloudSocket } from "../cloud.ts";
import type { SessionTrouble } from "./session-trouble.ts";

/** So long a message that changes places waits for the one that goes before it. */
const shuffleMs = 50;
/** So long after the last message whoever has been told of the end may take to hang up. */
const hangUpMs = 1000;
const isNth = (count: number, every: number | undefined): boolean => every !== undefined && count % every === 0;

/** A session's connection, with all that goes wrong on it. */
export class SessionWire {
  readonly #socket: CloudSocket;
  readonly #trouble: SessionTrouble;
  #sent = 0;
  #heard = 0;
  #waiting: Uint8Array | undefined;

  constructor(socket: CloudSocket, trouble: SessionTrouble) {
    this.#socket = socket;
    this.#trouble = trouble;
  }

  get signal(): AbortSignal {
    return this.#socket.signal;
  }

  async send(message: Uint8Array): Promise<void> {
    const { dropAfter, loseEvery, repeat, shuffle } = this.#trouble;
    this.#sent++;
    if (dropAfter !== undefined && this.#sent > dropAfter) return this.#socket.cut();
    if (isNth(this.#sent, loseEvery)) return;
    if (shuffle && this.#waiting === undefined) {
      this.#waiting = message;
      void setTimeout(shuffleMs, undefined, { ref: false }).then(() => this.#sendWaiting());
      return;
    }
    await this.#socket.send(message);
    await this.#sendWaiting();
    if (repeat) await this.#socket.send(message);
  }

  async *messages(): AsyncGenerator<Uint8Array | string, void, void> {
    for await (const message of this.#socket.messages) {
      this.#heard++;
      if (!isNth(this.#heard, this.#trouble.missEvery)) yield message;
    }
  }

  /** Once the other side has hung up, or does not. */
  async close(): Promise<void> {
    await this.#sendWaiting();
    const { signal } = this.#socket;
    await setTimeout(hangUpMs, undefined, { signal, ref: false }).catch(() => {});
    this.#socket.close();
  }

  async #sendWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) await this.#socket.send(waiting);
  }
}
