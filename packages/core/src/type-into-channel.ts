import type { Keystrokes } from "./capabilities.ts";
import type { CommandChannel } from "./command-channel.ts";
import { orAbort } from "./or-abort.ts";

/** Ctrl-D, by which a terminal tells its reader of the end: at once at the beginning of a line, else when it comes twice. */
const endKey = 4;
const lineEnds: ReadonlySet<number | undefined> = new Set([undefined, 10, 13]);
/** As much as the script reads at once. */
const mostFrameBytes = 24_576;

export interface Typing {
  readonly input: AsyncIterable<Keystrokes>;
  /** `framed`: as lengths and base64, with an end of its own. */
  readonly as: "terminal" | "framed";
  /** Aborted when the program reads no more: what was begun is typed to its end, and no more. */
  readonly unread: AbortSignal;
}

async function typeFrame(channel: CommandChannel, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const text = Buffer.from(bytes).toString("base64");
  await channel.type(Buffer.from(`${text.length}\n${text}`), signal);
}

/** What is typed, and its end after it. Rejects with what the input throws. */
export async function typeIntoChannel(
  channel: CommandChannel,
  { input, as, unread }: Typing,
  signal: AbortSignal,
): Promise<void> {
  const keys = input[Symbol.asyncIterator]();
  const either = AbortSignal.any([signal, unread]);
  let last: number | undefined;
  try {
    for (;;) {
      const { done, value } = await orAbort(either, () => keys.next());
      if (done === true) break;
      if (!(value instanceof Uint8Array)) {
        channel.resize(value);
        continue;
      }
      last = value.at(-1) ?? last;
      if (as === "terminal") await channel.type(value, signal);
      for (let from = 0; as === "framed" && from < value.length && !unread.aborted; from += mostFrameBytes) {
        await typeFrame(channel, value.subarray(from, from + mostFrameBytes), signal);
      }
    }
    if (as === "terminal") await channel.type(Buffer.from(lineEnds.has(last) ? [endKey] : [endKey, endKey]), signal);
  } catch (error) {
    void keys.return?.().catch(() => {});
    if (signal.aborted) return;
    if (!unread.aborted) throw error;
  }
  if (as === "framed") await channel.type(Buffer.from("0\n"), signal);
}
