import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { PodFeed } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import type { Secrets } from "./secrets.ts";
import { untilPod } from "./until-pod.ts";

export interface RemoveParts {
  readonly pods: Pods;
  readonly secrets: Secrets;
  readonly feed: PodFeed;
}
/** Killing takes two seconds, and a kubelet that has much to do takes its time with what is left. */
const removeLimitMs = 60_000;

/**
 * The Secrets last: they bear the id too, so that what is left when this is cut short is found by it. False where there is no pod,
 * and nothing was done.
 */
export async function removePod({ pods, secrets, feed }: RemoveParts, id: WorkloadId, { signal }: Call): Promise<boolean> {
  const pod = await pods.find(id, signal);
  if (pod === undefined) return false;
  await pods.remove(pod, signal);
  const uid = pod.metadata?.uid;
  const limit = AbortSignal.timeout(removeLimitMs);
  try {
    const is = (seen: typeof pod | undefined): boolean => seen?.metadata?.uid !== uid;
    if (!is(await pods.find(id, signal))) await untilPod({ pods, feed, id, is }, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    const message = "the node's kubelet does not say that its program has ended; is the node lost?";
    throw new LongshoreError(message, { code: "unavailable", operation: "remove", workload: id });
  }
  await secrets.removeAll(id, signal);
  return true;
}
