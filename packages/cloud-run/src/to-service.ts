import type { protos } from "@google-cloud/run";
import type { Owner, Readiness, ServiceSpec } from "@longshore/core";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import { annotation } from "./native-names.ts";
import { probeAttempts, probeEverySeconds } from "./spec-adjustments.ts";
import { accountOf, type CloudRunOrder } from "./spec-problems.ts";
import { toAnnotations, toContainer, toLabels, toPlacement, toStage } from "./to-container.ts";

type Run = typeof protos.google.cloud.run.v2;
type Container = protos.google.cloud.run.v2.IContainer;

const ingresses = {
  all: "INGRESS_TRAFFIC_ALL",
  internal: "INGRESS_TRAFFIC_INTERNAL_ONLY",
  "internal-load-balancer": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
} as const satisfies Readonly<Record<string, keyof Run["IngressTraffic"]>>;

/** Until it has succeeded once an instance gets no request. */
function toProbe(readiness: Readiness): protos.google.cloud.run.v2.IProbe {
  const { port, path } = readiness;
  const periodSeconds = probeEverySeconds(readiness);
  return {
    periodSeconds,
    timeoutSeconds: Math.min(periodSeconds, 240),
    failureThreshold: probeAttempts(readiness),
    ...(path === undefined ? { tcpSocket: { port } } : { httpGet: { path, port } }),
  };
}
function toProgram(order: CloudRunOrder): Container {
  const { readiness } = order.spec as ServiceSpec;
  return { ...toContainer(order), ...(readiness !== undefined && { startupProbe: toProbe(readiness) }) };
}
const replicasOf = ({ spec }: CloudRunOrder): number => (spec as ServiceSpec).replicas ?? 1;
/** A revision never changes: what it says of itself is the spec that it was made of. */
const shared = (order: CloudRunOrder, owner: Owner, config: CloudRunConfig) => ({
  labels: toLabels(order, owner),
  annotations: toAnnotations(order),
  containers: [toProgram(order)],
  serviceAccount: accountOf(order, config) ?? "",
  ...toPlacement(order),
});
/** The number of instances is kept beside the wish, since a stop is a wish for none. */
const notes = (order: CloudRunOrder): Record<string, string> => ({
  ...toAnnotations(order),
  [annotation.replicas]: String(replicasOf(order)),
  [annotation.update]: (order.spec as ServiceSpec).update ?? "rolling",
});

/** Pure. As many instances as asked, whatever requests there are. */
export function toService(order: CloudRunOrder, owner: Owner, config: CloudRunConfig): protos.google.cloud.run.v2.IService {
  const { options } = order;
  const { concurrency, ingress = "all", executionEnvironment = "gen2" } = options;
  return {
    labels: toLabels(order, owner),
    annotations: notes(order),
    ...toStage(order),
    ingress: ingresses[ingress],
    template: {
      ...shared(order, owner, config),
      executionEnvironment: executionEnvironment === "gen1" ? "EXECUTION_ENVIRONMENT_GEN1" : "EXECUTION_ENVIRONMENT_GEN2",
      ...(concurrency !== undefined && { maxInstanceRequestConcurrency: concurrency }),
    },
    scaling: { scalingMode: "MANUAL", manualInstanceCount: replicasOf(order) },
  };
}

/** Pure. What has no port takes no requests. */
export function toWorkerPool(order: CloudRunOrder, owner: Owner, config: CloudRunConfig): protos.google.cloud.run.v2.IWorkerPool {
  return {
    labels: toLabels(order, owner),
    annotations: notes(order),
    ...toStage(order),
    template: shared(order, owner, config),
    scaling: { manualInstanceCount: replicasOf(order) },
  };
}
