import type { Socket } from "node:net";

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
    await new Promise<void>((resolve) => this.#socket.once("drain", resolve).once("close", resolve));
  }
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }
  /** Until the other side ends, or the connection breaks: who needs to know waits for a last word. */
  async *messages(): AsyncGenerator<In, void, void> {
    let rest = "";
    this.#socket.setEncoding("utf8");
    try {
      for await (const text of this.#socket as AsyncIterable<string>) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) yield JSON.parse(line) as In;
      }
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
    }
  }
  /** No more from us. */
  end(): void {
    this.#socket.end();
  }
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
