import { setTimeout as pause } from "node:timers/promises";

/** What a timer can wait; a later time is looked at again then. */
const longestTimerMs = 2_147_483_647;

/** By the machine's clock, in epoch milliseconds. Ends early, without an error, when the signal aborts. Holds no process alive. */
export async function sleepUntil(time: number, signal: AbortSignal): Promise<void> {
  for (let left = time - Date.now(); left > 0 && !signal.aborted; left = time - Date.now()) {
    await pause(Math.min(left, longestTimerMs), undefined, { signal, ref: false }).catch(() => {});
  }
}
