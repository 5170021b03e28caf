import type { V1Pod } from "./objects.ts";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { hasStarted, isSpent, terminationOf } from "./map-pod-state.ts";
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
/** A kubelet below 1.22 takes a minute for what has not started. */
export const unstartedLimitMs = 4_000;

/**
 * The Secrets last: they bear the id too, so that what is left when this is cut short is found by it. False where there is no pod,
 * and nothing was done.
 */
export async function removePod({ pods, secrets, feed }: RemoveParts, id: WorkloadId, { signal }: Call): Promise<boolean> {
  const pod = await pods.find(id, signal);
  if (pod === undefined) return false;
  const hasEnded = terminationOf(pod) !== undefined;
  // Nothing of it runs that would have to be given time.
  await pods.remove(pod, signal, hasEnded ? 0 : undefined);
  const isGone = hasEnded && (pod.metadata?.finalizers ?? []).length === 0;
  if (!isGone && !(await goes({ pods, secrets, feed }, pod, { id, signal }))) {
    const message = "the node's kubelet does not say that its program has ended; is the node lost?";
    throw new LongshoreError(message, { code: "unavailable", operation: "remove", workload: id });
  }
  if (hasSecrets(pod)) await secrets.removeAll(id, signal);
  return true;
}

/** They are made for a pod that refers to them, and after it: where it refers to none, there are none. */
const hasSecrets = ({ spec }: V1Pod): boolean =>
  (spec?.imagePullSecrets ?? []).length > 0 ||
  (spec?.volumes ?? []).some(({ projected }) => projected !== undefined) ||
  (spec?.containers ?? []).some(({ env = [] }) => env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined));

interface Going {
  readonly id: WorkloadId;
  readonly signal: AbortSignal;
}
/**
 * True once the pod is gone. What has ended may keep its kubelet busy for a while, and what has not started one below 1.22 for a
 * minute: it is let go then, after it had its chance to say that something runs after all.
 */
async function goes(parts: RemoveParts, pod: V1Pod, going: Going): Promise<boolean> {
  const { pods } = parts;
  const limitMs = hasStarted(pod) ? removeLimitMs : unstartedLimitMs;
  const left = await leftAfter(limitMs, parts, { ...going, pod });
  if (left === undefined) return true;
  if (!isSpent(left) && hasStarted(left)) return false;
  await pods.remove(left, going.signal, 0);
  return (await pods.find(going.id, going.signal))?.metadata?.uid !== pod.metadata?.uid;
}
/** Undefined when it is gone, else as it was seen when it had ended, or when the time was over. */
async function leftAfter(
  ms: number,
  { pods, feed }: RemoveParts,
  { id, pod, signal }: Going & { readonly pod: V1Pod },
): Promise<V1Pod | undefined> {
  const isOther = (seen: V1Pod | undefined): boolean => seen?.metadata?.uid !== pod.metadata?.uid;
  const is = (seen: V1Pod | undefined): boolean => isOther(seen) || isSpent(seen as V1Pod);
  const now = await pods.find(id, signal);
  if (is(now)) return isOther(now) ? undefined : now;
  const limit = AbortSignal.timeout(ms);
  try {
    const seen = await untilPod({ pods, feed, id, is }, AbortSignal.any([signal, limit]));
    return isOther(seen) ? undefined : seen;
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    const last = await pods.find(id, signal);
    return isOther(last) ? undefined : last;
  }
}
