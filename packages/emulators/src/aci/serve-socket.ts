import type { RawData, WebSocket } from "ws";
import type { EngineRun } from "../engine.ts";
import type { ContainerLog } from "./container-log.ts";

/** Of WebSockets: all is well, and somebody is not who they should be. */
const normal = 1000;
const policyViolation = 1008;

const toBytes = (data: RawData): Uint8Array => (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer));

/** Sends output, and breaks the connection after so much of it. */
function senderTo(socket: WebSocket, breakAfterBytes = Infinity): (bytes: Uint8Array) => void {
  let left = breakAfterBytes;
  return (bytes) => {
    if (left !== Infinity && bytes.length >= left) {
      if (left > 0) socket.send(bytes.subarray(0, left), () => socket.terminate());
      else socket.terminate();
      left = 0;
      return;
    }
    left -= bytes.length;
    if (socket.readyState === socket.OPEN) socket.send(bytes);
  };
}

/** What comes over a socket, until it closes. */
async function* messagesOf(socket: WebSocket, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const arrived: Uint8Array[] = [];
  let wake = (): void => {};
  const take = (data: RawData): void => {
    arrived.push(toBytes(data));
    wake();
  };
  socket.on("message", take);
  signal.addEventListener("abort", () => wake(), { once: true });
  try {
    while (!signal.aborted || arrived.length > 0) {
      const next = arrived.shift();
      if (next) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    socket.off("message", take);
  }
}

interface Exec {
  readonly run: EngineRun;
  readonly command: string;
  readonly password: string;
  readonly breakAfterBytes?: number;
}

async function exec(socket: WebSocket, { run, command, breakAfterBytes }: Exec, gone: AbortSignal): Promise<void> {
  const send = senderTo(socket, breakAfterBytes);
  try {
    const { output, exited } = await run.exec([command], { tty: true, input: messagesOf(socket, gone), signal: gone });
    for await (const { bytes } of output) send(bytes);
    await exited;
  } catch (error) {
    send(Buffer.from(`OCI runtime exec failed: ${(error as Error).message}\r\n`));
  }
  socket.close(normal);
}

/** A program beside a container's own. The first message is the password, what follows its input; it has a terminal where there are any. */
export function serveExec(socket: WebSocket, asked: Exec): void {
  const gone = new AbortController();
  socket.once("close", () => gone.abort(new Error("the socket was closed")));
  socket.once("message", (data: RawData) => {
    if (Buffer.from(toBytes(data)).toString() !== asked.password) return socket.close(policyViolation, "wrong password");
    return void exec(socket, asked, gone.signal);
  });
}

/** What a container says from now on, until it ends. */
export function serveAttach(socket: WebSocket, { log, breakAfterBytes }: { log: ContainerLog; breakAfterBytes?: number }): void {
  const send = senderTo(socket, breakAfterBytes);
  const leave = log.follow((bytes) => (bytes ? send(bytes) : socket.close(normal)));
  socket.once("close", leave);
}
