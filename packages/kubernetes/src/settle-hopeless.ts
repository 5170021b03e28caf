import type { V1Pod } from "./objects.ts";
import { hasStatus } from "./classify-kubernetes-error.ts";
import { diagnoseWaiting } from "./diagnose-waiting.ts";
import { annotationOf, hasStarted, isOver, verdictOf } from "./map-pod-state.ts";
import { annotation } from "./object-names.ts";
import type { Pods } from "./pods.ts";

/**
 * A kubelet tries for ever what cannot work. Whoever sees it records the verdict on the pod and keeps it from starting after
 * all, so that everybody is told the same end. Undefined where there is nothing to settle, or somebody else was at it.
 */
export async function settleHopeless(pods: Pods, pod: V1Pod, signal: AbortSignal): Promise<V1Pod | undefined> {
  const hopeless = diagnoseWaiting(pod)?.hopeless;
  if (hopeless === undefined || isOver(pod) || hasStarted(pod)) return undefined;
  if (annotationOf(pod, annotation.intent) !== undefined || annotationOf(pod, annotation.verdict) !== undefined) return undefined;
  try {
    return await pods.halt(pod, { [annotation.verdict]: verdictOf(hopeless) }, { signal, beforeStart: true });
  } catch (error) {
    if (hasStatus(error, 409)) return undefined;
    throw error;
  }
}
