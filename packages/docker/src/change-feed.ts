import type { WorkloadId } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import type { EngineEvents, EngineNews } from "./engine-events.ts";

/** Looks are repeated after this long, should the engine have said nothing: health checks of old engines may go silent. */
const silenceMs = 5_000;
/** A broken stream of events is opened again after a pause. */
const brokenMs = 500;

/** "Has something happened to this workload since I last looked?", for whoever looks again and again. */
export class ChangeFeed implements Disposable {
  readonly #events: EngineEvents;
  readonly #id: WorkloadId;
  #listening: Disposable | undefined;
  #news = false;
  #wake: () => void = () => {};

  constructor(events: EngineEvents, id: WorkloadId) {
    this.#events = events;
    this.#id = id;
  }
  /** Resolves at once where something has happened since the last time, else when it does, or after the limit. */
  async next(signal: AbortSignal, limitMs: number = silenceMs): Promise<void> {
    signal.throwIfAborted();
    const broken = this.#listening === undefined;
    this.#listening ??= this.#events.listen((news) => this.#hear(news));
    if (!this.#news) await this.#wait(Math.min(limitMs, broken ? brokenMs : silenceMs), signal);
    this.#news = false;
  }
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(1, ms));
    this.#wake = resolve;
    await orAbort(signal, () => promise).finally(() => clearTimeout(timer));
  }
  #hear(news: EngineNews): void {
    if (news.kind === "event" && news.id !== this.#id) return;
    if (news.kind === "broken") return void (this.#listening = undefined);
    this.#news = true;
    this.#wake();
  }
  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }
}
