import type { V1Pod } from "@kubernetes/client-node";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { hasStarted } from "./map-pod-state.ts";
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
const unstartedLimitMs = 4_000;

/**
 * The Secrets last: they bear the id too, so that what is left when this is cut short is found by it. False where there is no pod,
 * and nothing was done.
 */
export async function removePod({ pods, secrets, feed }: RemoveParts, id: WorkloadId, { signal }: Call): Promise<boolean> {
  const pod = await pods.find(id, signal);
  if (pod === undefined) return false;
  await pods.remove(pod, signal);
  if (!(await goes({ pods, secrets, feed }, pod, { id, signal }))) {
    const message = "the node's kubelet does not say that its program has ended; is the node lost?";
    throw new LongshoreError(message, { code: "unavailable", operation: "remove", workload: id });
  }
  await secrets.removeAll(id, signal);
  return true;
}

interface Going {
  readonly id: WorkloadId;
  readonly signal: AbortSignal;
}
/**
 * True once the pod is gone. What has not started may keep a kubelet below 1.22 busy for a minute with nothing: it had its chance
 * to say that something runs after all.
 */
async function goes(parts: RemoveParts, pod: V1Pod, going: Going): Promise<boolean> {
  if (hasStarted(pod)) return isGoneWithin(removeLimitMs, parts, { ...going, pod });
  if (await isGoneWithin(unstartedLimitMs, parts, { ...going, pod })) return true;
  const now = await parts.pods.find(going.id, going.signal);
  if (now !== undefined && !hasStarted(now)) await parts.pods.remove(now, going.signal, 0);
  return isGoneWithin(removeLimitMs, parts, { ...going, pod });
}
async function isGoneWithin(ms: number, { pods, feed }: RemoveParts, { id, pod, signal }: Going & { readonly pod: V1Pod }): Promise<boolean> {
  const is = (seen: V1Pod | undefined): boolean => seen?.metadata?.uid !== pod.metadata?.uid;
  if (is(await pods.find(id, signal))) return true;
  const limit = AbortSignal.timeout(ms);
  try {
    await untilPod({ pods, feed, id, is }, AbortSignal.any([signal, limit]));
    return true;
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return false;
  }
}
