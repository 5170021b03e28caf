import type { Keystrokes } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import { channel, type PodSocket } from "./pod-socket.ts";

export interface Typing {
  readonly input: AsyncIterable<Keystrokes>;
  /** `framed`: each piece is told with its length, for a reader inside the container. */
  readonly as: "terminal" | "plain" | "framed";
}
/** Ctrl-D, by which a terminal tells its reader of the end: at once at the beginning of a line, else when it comes twice. */
const endKey = 4;
const lineEnds: ReadonlySet<number | undefined> = new Set([undefined, 10, 13]);

/** Sends what is typed, and the end of it as far as the connection can tell of one. */
export async function typeInput(socket: PodSocket, { input, as }: Typing, signal: AbortSignal): Promise<void> {
  const keys = input[Symbol.asyncIterator]();
  let last: number | undefined;
  try {
    for (;;) {
      const { done, value } = await orAbort(signal, () => keys.next());
      if (done === true) break;
      if (value instanceof Uint8Array) {
        if (value.length === 0) continue;
        if (as === "framed") await socket.send(channel.stdin, Buffer.from(`${value.length}\n`));
        await socket.send(channel.stdin, value);
        last = value.at(-1);
      } else await socket.send(channel.size, Buffer.from(JSON.stringify({ Width: value.columns, Height: value.rows })));
    }
    if (as === "terminal") await socket.send(channel.stdin, Buffer.from(lineEnds.has(last) ? [endKey] : [endKey, endKey]));
    else if (as === "framed") await socket.send(channel.stdin, Buffer.from("0\n"));
    else if (socket.halfCloses) await socket.send(channel.close, Buffer.from([channel.stdin]));
  } catch (error) {
    void keys.return?.().catch(() => {});
    if (!signal.aborted) throw error;
  }
}
