import type { V1Pod } from "./objects.ts";
import { defaultStopGraceMs, instant, type StopResult, type WorkloadId } from "@longshore/core";
import { type Call, type DriverStopOptions, retry } from "@longshore/core/driver";
import { hasStatus } from "./classify-kubernetes-error.ts";
import { annotationOf, hasStarted, isIntended, isOver, recordOf, terminationOf } from "./map-pod-state.ts";
import { annotation } from "./object-names.ts";
import type { PodFeed } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { untilPod } from "./until-pod.ts";

export interface StopParts {
  readonly pods: Pods;
  readonly feed: PodFeed;
}
/** Beyond the grace: a kubelet looks at its containers once a second, and a loaded one takes its time. */
const confirmLimitMs = 30_000;
const mostAttempts = 8;
/** 128 and the number of SIGKILL. */
const killedCode = 137;

/**
 * The intent and what ends the program go in one request, so that there is never the one without the other. The grace is the
 * spec's: a kubelet takes another one only with a deletion, which would take logs and exit code along. Undefined where there is
 * no such pod.
 */
export async function stopPod(
  { pods, feed }: StopParts,
  { id, intent }: DriverStopOptions & { readonly id: WorkloadId },
  call: Call,
): Promise<StopResult | undefined> {
  const { signal } = call;
  const when = (error: unknown): boolean => hasStatus(error, 409) && !signal.aborted;
  const pod = await retry({ signal, attempts: mostAttempts, when }, async () => {
    const found = await pods.find(id, signal);
    if (found === undefined || isOver(found) || isIntended(found)) return found;
    const record = { [annotation.intent]: recordOf(intent) };
    return pods.halt(found, record, { signal, beforeStart: !hasStarted(found) });
  });
  if (pod === undefined) return undefined;
  const graceMs = graceOf(pod);
  if (isOver(pod)) return { state: "confirmed", forced: false, graceMs };
  return confirmed({ pods, feed }, { id, graceMs }, signal);
}

const graceOf = (pod: V1Pod): number => Number(annotationOf(pod, annotation.graceMs) ?? defaultStopGraceMs);

async function confirmed(
  { pods, feed }: StopParts,
  { id, graceMs }: { readonly id: WorkloadId; readonly graceMs: number },
  signal: AbortSignal,
): Promise<StopResult> {
  const limit = AbortSignal.timeout(graceMs + confirmLimitMs);
  try {
    const is = (seen: V1Pod | undefined): boolean => seen === undefined || isOver(seen);
    const ended = await untilPod({ pods, feed, id, is }, AbortSignal.any([signal, limit]));
    const forced = ended !== undefined && terminationOf(ended)?.exitCode === killedCode;
    return { state: "confirmed", forced, graceMs };
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    const reason = "the node's kubelet does not say that it has ended; is the node lost?";
    return { state: "unconfirmed", forced: false, graceMs, deadline: instant(Date.now()), reason };
  }
}
