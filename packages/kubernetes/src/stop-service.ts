import type { V1Deployment } from "./objects.ts";
import { defaultDrainMs, defaultStopGraceMs, instant, type StopResult, type WorkloadId } from "@longshore/core";
import type { DriverStopOptions } from "@longshore/core/driver";
import { awaitService, type ServiceParts } from "./await-service.ts";
import { mainStatus, recordOf } from "./map-pod-state.ts";
import { isStopped, numberOf } from "./map-service-state.ts";
import { annotation } from "./object-names.ts";
import type { PodNews } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { wholeSeconds } from "./spec-problems.ts";

export interface StopServiceParts extends ServiceParts {
  readonly pods: Pods;
}
/** Beyond the grace: kubelets look once a second, and take a pod's volumes apart before they let it go. */
const confirmLimitMs = 60_000;
/** 128 and the number of SIGKILL. */
const killedCode = 137;

/** To no instances, recorded with the request that does it; another grace than the spec's goes with each pod's deletion. */
export async function stopService(
  parts: StopServiceParts,
  { deployment, id, intent, graceMs: wanted }: DriverStopOptions & { readonly id: WorkloadId; readonly deployment: V1Deployment },
  signal: AbortSignal,
): Promise<StopResult> {
  const { deployments, pods, feed } = parts;
  const graceMs = wanted ?? numberOf(deployment, annotation.graceMs, defaultStopGraceMs);
  let forced = false;
  using _killed = feed.listen((news) => (forced ||= isKilled(news, id)));
  if (!isStopped(deployment)) {
    const body = { metadata: { annotations: { [annotation.stopped]: recordOf(intent) } }, spec: { replicas: 0 } };
    await deployments.patch(deployment, body, signal);
  }
  if (wanted !== undefined) {
    const seconds = wholeSeconds(numberOf(deployment, annotation.drainMs, defaultDrainMs)) + wholeSeconds(wanted);
    for (const pod of await deployments.instances(id, signal)) await pods.remove(pod, signal, Math.max(1, seconds));
  }
  const is = (view: { readonly pods: readonly unknown[] } | undefined): boolean => view === undefined || view.pods.length === 0;
  const { came } = await awaitService(parts, { id, is, limitMs: graceMs + confirmLimitMs }, signal);
  if (came) return { state: "confirmed", forced, graceMs };
  const reason = "a node's kubelet does not say that an instance has ended; is the node lost?";
  return { state: "unconfirmed", forced, graceMs, deadline: instant(Date.now()), reason };
}

function isKilled(news: PodNews, id: WorkloadId): boolean {
  if (!("id" in news) || news.id !== id || news.pod.metadata?.deletionTimestamp === undefined) return false;
  return mainStatus(news.pod)?.state?.terminated?.exitCode === killedCode;
}
