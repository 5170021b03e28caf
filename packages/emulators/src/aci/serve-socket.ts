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

/** What comes over a socket from now on, until it closes. */
function messagesOf(socket: WebSocket): AsyncIterable<Uint8Array> {
  const arrived: Uint8Array[] = [];
  let isOver = false;
  let wake = (): void => {};
  socket.on("message", (data: RawData) => {
    arrived.push(toBytes(data));
    wake();
  });
  socket.once("close", () => {
    isOver = true;
    wake();
  });
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = arrived.shift();
      if (next) yield next;
      else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return read();
}

interface Exec {
  readonly run: EngineRun;
  readonly command: string;
  readonly password: string;
  readonly breakAfterBytes?: number;
}

interface Attach {
  readonly log: ContainerLog;
  readonly breakAfterBytes?: number;
}

interface Typing {
  readonly input: AsyncIterable<Uint8Array>;
  /** Aborted once the socket is closed. */
  readonly gone: AbortSignal;
}

async function exec(socket: WebSocket, { run, command, breakAfterBytes }: Exec, { input, gone }: Typing): Promise<void> {
  const send = senderTo(socket, breakAfterBytes);
  try {
    const { output, exited } = await run.exec([command], { tty: true, input, signal: gone });
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
    // At once: what is typed may be there already.
    return void exec(socket, asked, { input: messagesOf(socket), gone: gone.signal });
  });
}

/** What a container says from now on, until it ends. */
export function serveAttach(socket: WebSocket, { log, breakAfterBytes }: Attach): void {
  const send = senderTo(socket, breakAfterBytes);
  const leave = log.follow((bytes) => (bytes ? send(bytes) : socket.close(normal)));
  socket.once("close", leave);
}
