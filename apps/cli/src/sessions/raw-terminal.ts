import type { ReadStream } from "node:tty";
import type { Interrupts } from "../interrupts.ts";

/**
 * Hands each key to the far program at once, Ctrl-C too. The terminal is given back on dispose, and however else the process
 * ends: when nobody caught an error, after a TERM, when the line hangs up. Without effect where stdin is no terminal.
 */
export function rawTerminal(input: ReadStream, interrupts: Interrupts): Disposable {
  if (!input.isTTY) return { [Symbol.dispose]: () => {} };
  const restore = (): void => void input.setRawMode(false);
  const hangUp = (): void => interrupts.raise("SIGHUP");
  input.setRawMode(true);
  process.on("exit", restore);
  process.on("SIGHUP", hangUp);
  return {
    [Symbol.dispose]() {
      process.off("SIGHUP", hangUp);
      process.off("exit", restore);
      restore();
    },
  };
}
