import type { CloudSocket } from "../cloud.ts";

/** A connection that somebody comes for later: until then whoever sends waits, and nothing is heard. */
export class PendingSocket implements CloudSocket {
  readonly #gone = new AbortController();
  readonly #arrived = Promise.withResolvers<CloudSocket | undefined>();

  /** @param signal Aborted when nobody may come any more. */
  constructor(signal: AbortSignal) {
    const close = (): void => this.cut();
    if (signal.aborted) close();
    signal.addEventListener("abort", close, { once: true });
    this.signal.addEventListener("abort", () => signal.removeEventListener("abort", close));
  }

  readonly messages: AsyncIterable<Uint8Array | string> = this.#read();

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the connection is gone. */
  async connect(socket: CloudSocket): Promise<void> {
    this.#arrived.resolve(socket);
    const end = (): void => this.#gone.abort(socket.signal.reason);
    if (socket.signal.aborted) end();
    else socket.signal.addEventListener("abort", end, { once: true });
    if (!this.signal.aborted) await new Promise((resolve) => this.signal.addEventListener("abort", resolve, { once: true }));
  }

  async send(message: Uint8Array): Promise<void> {
    const socket = await this.#arrived.promise;
    await socket?.send(message);
  }

  close(): void {
    this.#leave((socket) => socket.close());
  }

  cut(): void {
    this.#leave((socket) => socket.cut());
    this.#gone.abort(new Error("the session is over"));
  }

  #leave(how: (socket: CloudSocket) => void): void {
    this.#arrived.resolve(undefined);
    void this.#arrived.promise.then((socket) => socket && how(socket));
  }

  async *#read(): AsyncGenerator<Uint8Array | string, void, void> {
    const socket = await this.#arrived.promise;
    if (socket) yield* socket.messages;
  }
}
