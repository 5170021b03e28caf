import type { ContainerGroup } from "@azure/arm-containerinstance";
import { sleep } from "@longshore/core/driver";
import type { Connections } from "./connections.ts";
import type { LogParts } from "./log-parts.ts";
import { currentOf } from "./map-task-state.ts";
import { openAttach } from "./open-attach.ts";

/** However much is said, it is not looked at more often. */
const leastMs = 250;

type BellParts = Pick<LogParts, "api" | "config"> & { readonly connections: Connections };

/**
 * Rings when a container says something, so that whoever reads its log looks at once. What it says is not taken from there: only the log
 * has times, and all of it. Where nothing can be heard, it does not ring.
 */
export class OutputBell implements Disposable {
  readonly #parts: BellParts;
  readonly #over = new AbortController();
  #rung = new AbortController();
  #listens = false;

  constructor(parts: BellParts) {
    this.#parts = parts;
  }
  /** From when it runs. */
  listen(group: ContainerGroup): void {
    if (this.#listens || currentOf(group)?.state !== "Running" || !this.#parts.connections.take()) return;
    this.#listens = true;
    const heard = this.#hear(group.name ?? "", this.#over.signal).catch(() => {});
    void heard.finally(() => this.#parts.connections.give());
  }
  /** So long, or until it rings. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(Math.min(ms, leastMs), signal);
    const rung = this.#rung;
    try {
      await sleep(Math.max(0, ms - leastMs), AbortSignal.any([signal, rung.signal]));
    } catch (error) {
      if (!rung.signal.aborted) throw error;
      this.#rung = new AbortController();
    }
    signal.throwIfAborted();
  }
  async #hear(name: string, signal: AbortSignal): Promise<void> {
    using socket = await openAttach(this.#parts, name, signal);
    for await (const _ of socket.read(signal)) this.#rung.abort();
    this.#rung.abort();
  }
  [Symbol.dispose](): void {
    this.#over.abort(new Error("nobody reads any more"));
  }
}
