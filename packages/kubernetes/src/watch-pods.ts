import type { Call, Change } from "@longshore/core/driver";
import { mainStatus, mapPod } from "./map-pod-state.ts";
import { isReady } from "./map-service-state.ts";
import { label } from "./object-names.ts";
import type { PodFeed, PodNews } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { settleHopeless } from "./settle-hopeless.ts";

export interface WatchParts {
  readonly feed: PodFeed;
  readonly pods: Pods;
}

/** The owner's changes, as far as they change what a look would answer. Throws when the watch breaks. */
export async function* watchPods({ feed, pods }: WatchParts, { signal }: Call): AsyncGenerator<Change, void, void> {
  const queue: PodNews[] = [];
  const states = new Map<string, string>();
  let wake = (): void => {};
  const hear = (news: PodNews): void => {
    queue.push(news);
    wake();
  };
  using _listening = feed.listen(hear);
  const stop = (): void => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      for (let news = queue.shift(); news !== undefined; news = queue.shift()) {
        // Best effort: who waits for it is told again with the next change.
        if (news.kind === "changed" && news.pod.metadata?.labels?.[label.kind] === "task")
          void settleHopeless(pods, news.pod, signal).catch(() => {});
        const change = toChange(news, states);
        if (change !== undefined) yield change;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (queue.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function toChange(news: PodNews, states: Map<string, string>): Change | undefined {
  switch (news.kind) {
    case "open":
      return { kind: "resync" };
    case "broken":
      throw news.error;
    case "removed":
      states.delete(news.pod.metadata?.uid ?? "");
      // A service lives on without one of its pods.
      return { kind: news.pod.metadata?.labels?.[label.kind] === "service" ? "changed" : "removed", id: news.id };
    case "changed": {
      const state = JSON.stringify([mapPod(news.pod).state, isReady(news.pod), mainStatus(news.pod)?.restartCount]);
      const uid = news.pod.metadata?.uid ?? "";
      if (states.get(uid) === state) return undefined;
      states.set(uid, state);
      return { kind: "changed", id: news.id };
    }
  }
}
