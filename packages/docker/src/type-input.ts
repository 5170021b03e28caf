import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Keystrokes, TerminalSize } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";

export interface Typing {
  readonly socket: Duplex;
  readonly input: AsyncIterable<Keystrokes>;
  /** A terminal has no end of its own, but a key for it. */
  readonly tty: boolean;
  readonly resize: (size: TerminalSize) => Promise<void>;
}
/** Ctrl-D, by which a terminal tells its reader of the end: at once at the beginning of a line, else when it comes twice. */
const endKey = 4;
const newlines: ReadonlySet<number | undefined> = new Set([undefined, 10, 13]);

/**
 * A program may end without having read its input. Node.js destroys a socket that cannot be written to, and with it whatever is
 * still to be read; here only the writing ends.
 */
function outliveWrites(socket: Duplex, failed: () => void): void {
  const [write, writev] = [socket._write.bind(socket), socket._writev?.bind(socket)];
  const forgiving = (done: (error?: Error | null) => void) => (error?: Error | null) => {
    if (error) failed();
    done();
  };
  socket._write = (chunk, encoding, done) => write(chunk, encoding, forgiving(done));
  if (writev !== undefined) socket._writev = (chunks, done) => writev(chunks, forgiving(done));
}

/**
 * Writes as fast as the engine reads, and the end after it. Returns at the end of the input or of the connection, whichever
 * comes first; rejects with what the input throws.
 */
export async function typeInput({ socket, input, tty, resize }: Typing): Promise<void> {
  const gone = new AbortController();
  const close = (): void => gone.abort();
  outliveWrites(socket, close);
  if (socket.destroyed) close();
  socket.once("close", close);
  const keys = input[Symbol.asyncIterator]();
  let last: number | undefined;
  try {
    for (;;) {
      const { done, value } = await orAbort(gone.signal, () => keys.next());
      if (done === true) break;
      if (value instanceof Uint8Array) {
        last = value.at(-1) ?? last;
        if (!socket.write(value)) await once(socket, "drain", { signal: gone.signal });
      } else await orAbort(gone.signal, () => resize(value));
    }
    if (!tty) socket.end();
    else socket.write(Buffer.from(newlines.has(last) ? [endKey] : [endKey, endKey]));
  } catch (error) {
    void keys.return?.().catch(() => {});
    if (!gone.signal.aborted) throw error;
  } finally {
    socket.off("close", close);
  }
}
