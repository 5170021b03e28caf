import type { CloudSocket } from "../cloud.ts";
import type { EngineRun } from "../engine.ts";
import type { ContainerLog } from "./container-log.ts";

/** Of WebSockets: somebody is not who they should be (RFC 6455, section 7.4.1). */
const policyViolation = 1008;

/** Sends output, and breaks the connection after so much of it. */
function senderTo(socket: CloudSocket, breakAfterBytes = Infinity): (bytes: Uint8Array) => Promise<void> {
  let left = breakAfterBytes;
  return async (bytes) => {
    const isLast = left !== Infinity && bytes.length >= left;
    const part = isLast ? bytes.subarray(0, left) : bytes;
    left -= part.length;
    if (part.length > 0) await socket.send(part);
    if (isLast) socket.cut();
  };
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

interface Exec {
  readonly run: EngineRun;
  readonly command: string;
  readonly password: string;
  readonly size?: TerminalSize;
  readonly breakAfterBytes?: number;
}

interface Attach {
  readonly log: ContainerLog;
  readonly breakAfterBytes?: number;
}

async function* bytesOf(messages: AsyncIterator<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) yield Buffer.from(next.value as Uint8Array);
}

/** A program beside a container's own. The first message is the password, what follows its input; it has a terminal where there are any. */
export async function serveExec(socket: CloudSocket, asked: Exec): Promise<void> {
  const { run, command, password, size, breakAfterBytes } = asked;
  const messages = socket.messages[Symbol.asyncIterator]();
  const first = await messages.next();
  if (first.done || Buffer.from(first.value as Uint8Array).toString() !== password) return socket.close(policyViolation);
  const send = senderTo(socket, breakAfterBytes);
  try {
    const program = await run.exec([command], { tty: true, input: bytesOf(messages), signal: socket.signal });
    if (size) await program.resize(size);
    for await (const { bytes } of program.output) await send(bytes);
    await program.exited;
  } catch (error) {
    await send(Buffer.from(`OCI runtime exec failed: ${(error as Error).message}\r\n`));
  }
}

/** What a container says from now on, until it ends. */
export async function serveAttach(socket: CloudSocket, { log, breakAfterBytes }: Attach): Promise<void> {
  const send = senderTo(socket, breakAfterBytes);
  await new Promise<void>((resolve) => {
    const leave = log.follow((bytes) => (bytes ? void send(bytes) : resolve()));
    socket.signal.addEventListener("abort", () => (leave(), resolve()), { once: true });
  });
}
