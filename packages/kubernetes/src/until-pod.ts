import type { V1Pod } from "./objects.ts";
import type { WorkloadId } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import type { PodFeed, PodNews } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";

export interface PodWait {
  readonly pods: Pods;
  readonly feed: PodFeed;
  readonly id: WorkloadId;
  /** Asked about each state it is seen in; undefined is a pod that is gone. */
  readonly is: (pod: V1Pod | undefined) => boolean;
}
/** Beneath the watch: a look in case that it has missed something. */
const slowPollMs = 10_000;
/** A watch that tells nothing of a pod in this time does not know it, or broke: a look is due. */
const silentMs = 500;

/** Waits for what the watch tells; a look comes only where it cannot tell, and every now and then. */
export async function untilPod({ pods, feed, id, is }: PodWait, signal: AbortSignal): Promise<V1Pod | undefined> {
  for (;;) {
    const seen = await heard(feed, { id, is }, signal);
    if (seen !== undefined) return seen;
    const found = await pods.find(id, signal);
    if (is(found)) return found;
  }
}

/** The pod once it is so; undefined when a look is due: it is gone, the watch broke, or nothing came for long. */
async function heard(feed: PodFeed, { id, is }: Pick<PodWait, "id" | "is">, signal: AbortSignal): Promise<V1Pod | undefined> {
  const { promise, resolve } = Promise.withResolvers<V1Pod | undefined>();
  let timer = setTimeout(resolve, silentMs, undefined);
  const lookAfter = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(resolve, ms, undefined);
  };
  const hear = (news: PodNews): void => {
    if (news.kind === "open") return;
    if (news.kind === "broken") return lookAfter(silentMs);
    if (news.id !== id) return;
    if (news.kind === "removed") return resolve(undefined);
    if (is(news.pod)) return resolve(news.pod);
    lookAfter(slowPollMs);
  };
  using _listening = feed.listen(hear);
  // Awaited here: what is only returned would be listened to no longer.
  return await orAbort(signal, () => promise).finally(() => clearTimeout(timer));
}
