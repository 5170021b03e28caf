import type { WorkloadId } from "@longshore/core";
import { Changes } from "./changes.ts";
import { diagnoseWaiting } from "./diagnose-waiting.ts";
import type { Deployments, ServiceView } from "./deployments.ts";
import { hasStarted, terminationOf } from "./map-pod-state.ts";
import { isCurrent, isReady, isStopped } from "./map-service-state.ts";
import type { PodFeed } from "./pod-feed.ts";

export interface ServiceParts {
  readonly deployments: Deployments;
  readonly feed: PodFeed;
}
export interface ServiceWait {
  readonly id: WorkloadId;
  /** Undefined is a service that is gone. */
  readonly is: (view: ServiceView | undefined) => boolean;
  readonly limitMs: number;
}

/** What was seen last when it is so, or when the time is over. */
export async function awaitService(
  { deployments, feed }: ServiceParts,
  { id, is, limitMs }: ServiceWait,
  signal: AbortSignal,
): Promise<{ readonly view: ServiceView | undefined; readonly came: boolean }> {
  const limit = AbortSignal.timeout(limitMs);
  const bounded = AbortSignal.any([signal, limit]);
  using changes = new Changes(feed, id);
  let view: ServiceView | undefined;
  for (;;) {
    view = await deployments.view(id, signal);
    if (is(view)) return { view, came: true };
    try {
      await changes.next(bounded);
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
      return { view, came: false };
    }
  }
}

/** Everything there is, is of the newest spec and ready, and nothing else is there. */
export function isWhole(view: ServiceView | undefined): boolean {
  if (view === undefined) return false;
  const { deployment, pods } = view;
  const wanted = deployment.spec?.replicas ?? 1;
  return pods.length === wanted && pods.every((pod) => isReady(pod) && isCurrent(view, pod));
}
/** As many as are wanted were begun; whether they are ready is another question. */
export function isBegun(view: ServiceView | undefined): boolean {
  if (view === undefined || isStopped(view.deployment)) return true;
  const begun = view.pods.filter((pod) => hasStarted(pod) || terminationOf(pod) !== undefined || diagnoseWaiting(pod)?.hopeless);
  return begun.length >= (view.deployment.spec?.replicas ?? 1);
}

/** What is not ready says why, as far as its kubelet does. */
export function whyUnready(view: ServiceView | undefined): string {
  if (view === undefined) return "it is gone";
  const { deployment, pods } = view;
  const unready = pods.filter((pod) => isCurrent(view, pod) && !isReady(pod));
  const said = unready.map((pod) => {
    const unplaced = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
    return diagnoseWaiting(pod)?.said ?? unplaced?.message ?? "its probe does not succeed";
  });
  const refused = deployment.status?.conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  return [...new Set([...said, ...(refused?.message === undefined ? [] : [refused.message])])].join("; ") || "no pod was made";
}
