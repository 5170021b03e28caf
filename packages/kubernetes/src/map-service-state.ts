import type { V1Deployment, V1Pod } from "./objects.ts";
import { type Ending, type Instance, instant, type Service, type WorkloadId } from "@longshore/core";
import { decideEnding } from "@longshore/core/driver";
import type { ServiceView } from "./deployments.ts";
import { exitOf, mainStatus } from "./map-pod-state.ts";
import { annotation, label, ownPrefix } from "./object-names.ts";

export const isStopped = ({ metadata }: V1Deployment): boolean => metadata?.annotations?.[annotation.stopped] !== undefined;
export const numberOf = ({ metadata }: V1Deployment, key: string, otherwise: number): number =>
  Number(metadata?.annotations?.[key] ?? otherwise);
export const hashOf = ({ metadata }: V1Deployment | V1Pod): string => metadata?.annotations?.[annotation.hash] ?? "";
/** As the program's: one pod is one instance, however often its container is started again. */
export const instanceOf = ({ metadata }: V1Pod): string => (metadata?.uid ?? "").slice(0, 8);

/** Of the newest spec, and begun since the last restart of the whole. */
export function isCurrent({ deployment }: Pick<ServiceView, "deployment">, { metadata }: V1Pod): boolean {
  const wanted = deployment.spec?.template.metadata?.annotations;
  const has = metadata?.annotations;
  return [annotation.hash, annotation.restarted].every((key) => wanted?.[key] === has?.[key]);
}
export const isReady = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;

function phaseOf(pod: V1Pod): Instance["phase"] {
  const { state } = mainStatus(pod) ?? {};
  const { phase } = pod.status ?? {};
  const leaving = pod.metadata?.deletionTimestamp !== undefined;
  if (phase === "Failed" || phase === "Succeeded" || (leaving && state?.terminated !== undefined)) return "exited";
  if (leaving) return "stopping";
  return state?.running === undefined ? "pending" : "running";
}

/** How its container ended the last time, as far as the kubelet remembers. */
function lastEnding(pod: V1Pod): Ending | undefined {
  const { state, lastState } = mainStatus(pod) ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended?.finishedAt === undefined) return undefined;
  const startedAt = ended.startedAt === undefined ? {} : { startedAt: instant(ended.startedAt.getTime()) };
  const intent = pod.metadata?.deletionTimestamp === undefined ? {} : { intent: "stopped" as const };
  return decideEnding({ ...startedAt, finishedAt: instant(ended.finishedAt.getTime()), exit: exitOf(ended), ...intent });
}

function mapInstance(view: ServiceView, pod: V1Pod): Instance {
  const ending = lastEnding(pod);
  return {
    instance: instanceOf(pod),
    phase: phaseOf(pod),
    ready: isReady(pod),
    restarts: mainStatus(pod)?.restartCount ?? 0,
    current: isCurrent(view, pod) && pod.metadata?.deletionTimestamp === undefined,
    ...(ending !== undefined && { lastEnding: ending }),
  };
}

/** A Deployment of ours and its pods, as a service. */
export function mapService(view: ServiceView): Service {
  const { deployment, pods } = view;
  const { metadata, spec } = deployment;
  const instances = pods.map((pod) => mapInstance(view, pod)).toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => !key.startsWith(ownPrefix));
  return {
    kind: "service",
    id: metadata?.labels?.[label.id] as WorkloadId,
    nativeId: `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`,
    specHash: hashOf(deployment),
    labels: Object.fromEntries(labels),
    createdAt: instant(metadata?.creationTimestamp?.getTime() ?? 0),
    state: {
      desired: isStopped(deployment) ? 0 : (spec?.replicas ?? 1),
      ready: instances.filter(({ ready }) => ready).length,
      restarts: instances.reduce((sum, { restarts }) => sum + restarts, 0),
      instances,
    },
  };
}
