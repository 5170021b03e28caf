import type { WorkloadId } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import type { PodFeed, PodNews } from "./pod-feed.ts";

/** Beneath the watch: pods tell of most that happens to a service, and of the rest nobody does. */
const slowPollMs = 2_000;
/** A watch that broke is opened again after a pause. */
const brokenMs = 500;
/** Changes come in bursts, which share a look. */
const gatherMs = 50;

/** Resolves with the first change of a pod of this id, or when a look is due anyway. */
export class Changes implements Disposable {
  readonly #feed: PodFeed;
  readonly #id: WorkloadId;
  #listening: Disposable | undefined;
  #news = false;
  #wake: () => void = () => {};

  constructor(feed: PodFeed, id: WorkloadId) {
    this.#feed = feed;
    this.#id = id;
  }
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const broken = this.#listening === undefined;
    this.#listening ??= this.#feed.listen((news) => this.#hear(news));
    await this.#wait(this.#news ? gatherMs : broken ? brokenMs : slowPollMs, signal);
    this.#news = false;
  }
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timers = [setTimeout(resolve, ms)];
    this.#wake = () => {
      if (timers.length === 1) timers.push(setTimeout(resolve, gatherMs));
    };
    await orAbort(signal, () => promise).finally(() => {
      for (const timer of timers) clearTimeout(timer);
      this.#wake = () => {};
    });
  }
  #hear(news: PodNews): void {
    if (news.kind === "open" || ("id" in news && news.id !== this.#id)) return;
    if (news.kind === "broken") return void (this.#listening = undefined);
    this.#news = true;
    this.#wake();
  }
  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }
}
