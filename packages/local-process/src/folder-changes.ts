import { type FSWatcher, watch } from "node:fs";
import { sleep } from "@longshore/core/driver";

/** Beneath the notifications: what one of them missed is seen this late. */
const slowPollMs = 1_000;
/** Where the machine gives no notifications, since its watches are used up for one. */
const quickPollMs = 100;

/** Tells when something in a folder has changed. What changed before anybody waits is not lost. */
export class FolderChanges implements Disposable {
  #watcher: FSWatcher | undefined;
  #changed = false;
  #wake: () => void = () => {};

  constructor(folder: string) {
    try {
      this.#watcher = watch(folder, { persistent: false }, () => this.#tell());
      this.#watcher.on("error", () => this[Symbol.dispose]());
    } catch {
      this.#watcher = undefined;
    }
  }
  /** After a change, or after a while. Rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#changed) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      const pauseMs = this.#watcher === undefined ? quickPollMs : slowPollMs;
      await sleep(pauseMs, AbortSignal.any([signal, woken.signal])).catch(() => signal.throwIfAborted());
    }
    this.#changed = false;
  }
  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
  #tell(): void {
    this.#changed = true;
    this.#wake();
  }
}
