import type { Keystrokes, TerminalSize } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";

export interface Typing {
  readonly input: AsyncIterable<Keystrokes>;
  /** Settles once more can be typed. */
  readonly type: (bytes: Uint8Array) => Promise<void>;
  readonly resize: (size: TerminalSize) => Promise<void>;
  /** The input is at its end. */
  readonly end: () => void;
  /** Nobody reads any more. */
  readonly gone: AbortSignal;
}

/** As fast as the program reads. Returns at the end of the input or of the reader, whichever comes first; rejects with what the input throws. */
export async function typeInput({ input, type, resize, end, gone }: Typing): Promise<void> {
  const keys = input[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orAbort(gone, () => keys.next());
      if (done === true) break;
      await orAbort(gone, () => (value instanceof Uint8Array ? type(value) : resize(value)));
    }
    end();
  } catch (error) {
    void keys.return?.().catch(() => {});
    if (!gone.aborted) throw error;
  }
}
