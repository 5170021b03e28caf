import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/** Messages over a socket, each a line of JSON. Bytes travel in base64: what is typed and printed is little. */
export class Wire<Out extends object, In> implements Disposable {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {}); // a close follows
  }
  /** Resolves once more can be sent. What cannot be sent any more is nobody's: the other side has gone. */
  async send(message: Out): Promise<void> {
    if (!this.#socket.writable || this.#socket.write(`${JSON.stringify(message)}\n`)) return;
    await Promise.race([once(this.#socket, "drain"), once(this.#socket, "close")]);
  }
  /** Until the other side ends, or the connection breaks: who needs to know waits for a last word. */
  async *messages(): AsyncGenerator<In, void, void> {
    const lines = createInterface({ input: this.#socket, crlfDelay: Infinity });
    this.#socket.once("close", () => lines.close());
    for await (const line of lines) yield JSON.parse(line) as In;
  }
  /** No more from us. */
  end(): void {
    this.#socket.end();
  }
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
