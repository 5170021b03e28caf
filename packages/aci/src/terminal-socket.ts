import type { Duplex } from "node:stream";
import { orAbort } from "@longshore/core/driver";
import type { CommandChannel } from "@longshore/core/sessions";
import type { WebSocket } from "ws";
import { broken } from "./open-socket.ts";

/** Of WebSockets: nobody said goodbye (RFC 6455, section 7.1.5). */
const abnormal = 1006;
/** So long the last word may take to arrive, and the other side to hang up. */
const farewellMs = 5_000;

/** A connection of Container Instances to a container. Whoever reads slowly holds what writes, by the network's own means. */
export class TerminalSocket implements CommandChannel, Disposable {
  readonly isCrowded = false;
  onCrowd = (): void => {};
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #chunks: AsyncIterator<Buffer, void, void>;
  #code: number | undefined;
  #leaving = false;

  private constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, void, void>;
    socket.once("close", (code) => (this.#code = code));
    // What is wrong with a connection ends it: reading and typing tell of that.
    stream.on("error", () => {});
  }
  static async over(socket: WebSocket): Promise<TerminalSocket> {
    const { createWebSocketStream } = await import("ws");
    return new TerminalSocket(socket, createWebSocketStream(socket));
  }
  /** To its end; rejects where nobody told of one. One reader at a time, who may leave before the end. */
  async *read(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const { done, value } = await orAbort(signal, () => this.#chunks.next());
      if (done === true) break;
      yield value;
    }
    if (this.#code === abnormal) throw broken("nobody said goodbye");
  }
  type(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const write = (): Promise<void> =>
      new Promise((resolve, reject) =>
        this.#stream.write(bytes, (error) => (error == null ? resolve() : reject(broken(error.message)))),
      );
    return orAbort(signal, write);
  }
  press(key: number): void {
    if (this.#stream.writable) this.#stream.write(Buffer.from([key]));
  }
  /** A size is told with the request, and never again. */
  resize(): void {}
  stayAlive(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }
  leave(bytes: Uint8Array): void {
    this.#leaving = true;
    const away = (): void => this.#socket.terminate();
    const limit = setTimeout(away, farewellMs);
    this.#socket.once("close", () => clearTimeout(limit));
    // What nobody reads any more is read all the same, or the other side's farewell is never heard.
    this.#stream.resume();
    this.type(bytes, AbortSignal.timeout(farewellMs)).catch(away);
  }
  [Symbol.dispose](): void {
    if (!this.#leaving) this.#socket.terminate();
  }
}
