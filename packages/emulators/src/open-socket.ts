import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import type { CloudSocket } from "./cloud.ts";

/** A request to leave HTTP, as Node.js tells of it. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Of RFC 6455, section 7.4.1. */
const normal = 1000;

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** Messages wait for their reader, and the network for the messages. Listens from now on. */
function messagesOf(socket: WebSocket): AsyncGenerator<Uint8Array | string, void, void> {
  const arrived: (Uint8Array | string)[] = [];
  let wake = (): void => {};
  let over = false;
  socket.on("message", (data, isBinary) => {
    arrived.push(isBinary ? bytesOf(data) : bytesOf(data).toString());
    socket.pause();
    wake();
  });
  socket.once("close", () => {
    over = true;
    wake();
  });
  async function* read(): AsyncGenerator<Uint8Array | string, void, void> {
    for (;;) {
      const next = arrived.shift();
      if (next !== undefined) yield next;
      else if (over) return;
      else {
        socket.resume();
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }
  return read();
}

/** What nobody reads any more is read all the same, or the other side's farewell is never heard. */
function hangUp(socket: WebSocket, code = normal): void {
  socket.close(code);
  socket.resume();
}

function toCloudSocket(socket: WebSocket, closing: AbortSignal): CloudSocket {
  const gone = new AbortController();
  socket.once("close", () => gone.abort(new Error("whoever was connected is gone")));
  // What is wrong with a connection ends it, which is told by "close".
  socket.on("error", () => {});
  const cut = (): void => socket.terminate();
  closing.addEventListener("abort", cut, { once: true });
  socket.once("close", () => closing.removeEventListener("abort", cut));
  return {
    messages: messagesOf(socket),
    send: (message) => new Promise((resolve) => socket.send(message, () => resolve())),
    close: (code) => hangUp(socket, code),
    cut,
    signal: AbortSignal.any([gone.signal, closing]),
  };
}

/** Makes a connection a WebSocket, and resolves when whoever serves it is done, and it is closed. */
export async function openSocket(
  { request, socket, head }: Upgrade,
  serve: (socket: CloudSocket) => Promise<void>,
  closing: AbortSignal,
): Promise<void> {
  const { WebSocketServer } = await import("ws");
  if (closing.aborted) return void socket.destroy();
  const server = new WebSocketServer({ noServer: true });
  const opened = await new Promise<WebSocket | undefined>((resolve) => {
    socket.once("close", () => resolve(undefined));
    server.handleUpgrade(request, socket, head, resolve);
  });
  if (!opened) return;
  const cloudSocket = toCloudSocket(opened, closing);
  await serve(cloudSocket).catch(() => cloudSocket.cut());
  hangUp(opened);
}

export async function refuseUpgrade({ socket }: Upgrade, status: string): Promise<void> {
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
