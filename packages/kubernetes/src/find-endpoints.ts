import type { V1Pod } from "./objects.ts";
import { type Endpoint, LongshoreError, type WorkloadId } from "@longshore/core";
import type { Deployments } from "./deployments.ts";
import { mainContainer } from "./object-names.ts";
import { instanceOf, isCurrent, isReady, isStopped } from "./map-service-state.ts";
import { isOver } from "./map-pod-state.ts";
import type { Pods } from "./pods.ts";

function endpointsOf(pod: V1Pod): readonly Endpoint[] {
  const { podIP: host } = pod.status ?? {};
  if (host === undefined) return [];
  const { ports = [] } = pod.spec?.containers.find(({ name }) => name === mainContainer) ?? {};
  return ports.map(({ containerPort: port, protocol = "TCP" }) => ({
    instance: instanceOf(pod),
    port,
    host,
    hostPort: port,
    protocol: protocol.toLowerCase() as Endpoint["protocol"],
  }));
}

/** Of a service's instances that are ready, or of a task that runs: the pods' own addresses, reachable where the cluster's network is. */
export async function findEndpoints(
  { pods, deployments }: { readonly pods: Pods; readonly deployments: Deployments },
  id: WorkloadId,
  signal: AbortSignal,
): Promise<readonly Endpoint[]> {
  const view = await deployments.view(id, signal);
  if (view !== undefined) {
    if (isStopped(view.deployment)) return [];
    const ready = view.pods.filter(isReady);
    // Those of the newest spec first: who takes one of them meets what is to stay.
    return ready.toSorted((a, b) => Number(isCurrent(view, b)) - Number(isCurrent(view, a))).flatMap(endpointsOf);
  }
  const pod = await pods.find(id, signal);
  if (pod === undefined)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "endpoints", workload: id });
  return isOver(pod) ? [] : endpointsOf(pod);
}
