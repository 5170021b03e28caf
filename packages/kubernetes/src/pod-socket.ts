import { LongshoreError } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import type { WebSocket } from "ws";
import type { Cluster } from "./cluster.ts";

/** Of the protocol that kubelets speak over a WebSocket, `v4.channel.k8s.io` and later. */
export const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, size: 4, close: 255 } as const;
export interface ChannelChunk {
  readonly channel: number;
  readonly bytes: Buffer;
}
/** More in one message than a proxy in between may like. */
const mostBytesAtOnce = 65_536;
/** What can tell of an end of input on its own. */
const halfClosing = "v5.channel.k8s.io";

/** One command's or program's streams. */
export class PodSocket implements Disposable {
  readonly #socket: WebSocket;
  readonly #chunks: ChannelChunk[] = [];
  #wake: () => void = () => {};
  #closed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (message: Buffer) => this.#hear({ channel: message[0] ?? 0, bytes: message.subarray(1) }));
    socket.on("close", () => this.#close());
    socket.on("error", () => this.#close());
  }
  static async open(cluster: Cluster, path: string, signal: AbortSignal): Promise<PodSocket> {
    return new PodSocket(await cluster.socket("pod socket", signal, path));
  }
  #hear(chunk: ChannelChunk): void {
    this.#chunks.push(chunk);
    this.#wake();
  }
  #close(): void {
    this.#closed = true;
    this.#wake();
  }
  /** Whether the end of the input can be told without closing all. */
  get halfCloses(): boolean {
    return this.#socket.protocol === halfClosing;
  }
  /** Until the other side closes. */
  async *read(signal: AbortSignal): AsyncGenerator<ChannelChunk, void, void> {
    for (;;) {
      const next = this.#chunks.shift();
      if (next !== undefined) yield next;
      else if (this.#closed) return;
      else await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }
  async send(to: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < Math.max(1, bytes.length); at += mostBytesAtOnce) {
      const message = Buffer.concat([Buffer.from([to]), bytes.subarray(at, at + mostBytesAtOnce)]);
      await new Promise<void>((resolve, reject) =>
        this.#socket.send(message, (error) => (error ? reject(broken(error)) : resolve())),
      );
    }
  }
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#socket.terminate();
  }
}
const broken = (cause: unknown): LongshoreError =>
  new LongshoreError("the connection to the program broke", { code: "unavailable", operation: "session", cause });
