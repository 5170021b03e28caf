import {
  defaultStopGraceMs,
  type Host,
  type Leftover,
  type ListFilter,
  type StopResult,
  type Workload,
  type WorkloadId,
} from "@longshore/core";
import type {
  Call,
  DriverInspection,
  DriverLogItem,
  DriverLogQuery,
  DriverStopOptions,
  Fault,
  Order,
  Plan,
  RuntimeDriver,
} from "@longshore/core/driver";
import { attachPod } from "./attach-pod.ts";
import { classifyKubernetesError } from "./classify-kubernetes-error.ts";
import { Cluster } from "./cluster.ts";
import { copyFromPod, copyIntoPods } from "./copy-with-tar.ts";
import { Deployments } from "./deployments.ts";
import { execInPod } from "./exec-in-pod.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { findObstacles } from "./find-obstacles.ts";
import { inspectWorkloads, listWorkloads } from "./inspect-workloads.ts";
import type { KubernetesCapabilities } from "./kubernetes-capabilities.ts";
import type { KubernetesConfig, KubernetesOptions } from "./kubernetes-config.ts";
import { KubernetesServices } from "./kubernetes-services.ts";
import { loadKubeConfig } from "./load-kube-config.ts";
import { mapPod } from "./map-pod-state.ts";
import { PodFeed } from "./pod-feed.ts";
import { Pods } from "./pods.ts";
import { podStats } from "./pod-stats.ts";
import { readBackendLogs } from "./read-backend-logs.ts";
import { readPodLogs } from "./read-pod-logs.ts";
import { readServiceLogs } from "./read-service-logs.ts";
import { removePod } from "./remove-pod.ts";
import { removeService } from "./remove-service.ts";
import { Secrets } from "./secrets.ts";
import { startPod } from "./start-pod.ts";
import { stopPod } from "./stop-pod.ts";
import { stopService } from "./stop-service.ts";
import { type KubernetesRequest, toPodRequest } from "./to-pod-request.ts";
import type { ServiceOrder } from "./to-service-manifests.ts";
import { watchPods } from "./watch-pods.ts";

interface Parts {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly pods: Pods;
  readonly deployments: Deployments;
  readonly secrets: Secrets;
  readonly feed: PodFeed;
}
const isService = (order: Order<KubernetesOptions>): order is ServiceOrder => order.spec.kind === "service";

class KubernetesDriver implements RuntimeDriver<KubernetesCapabilities, KubernetesOptions, KubernetesRequest> {
  readonly capabilities: KubernetesCapabilities;
  readonly #parts: Parts;
  readonly #services: KubernetesServices;

  constructor(parts: Parts) {
    this.#parts = parts;
    const services = new KubernetesServices(parts);
    this.#services = services;
    this.capabilities = {
      services: {
        update: (revision, call) => services.update(revision, call),
        restart: (id, call) => services.restart(id, call),
        resume: (id, call) => services.resume(id, call),
      },
      endpoints: { endpoints: (id, { signal }) => findEndpoints(parts, id, signal) },
      exec: { exec: (request, call) => execInPod(parts, request, call) },
      attach: { attach: (request, call) => attachPod(parts, request, call) },
      copy: {
        copyIn: (files, call) => copyIntoPods(parts, files, call),
        copyOut: (from, call) => copyFromPod(parts, from, call),
      },
      backendLogs: { backendLogs: (id, { signal }) => readBackendLogs(parts, id, signal) },
      preflight: { preflight: (spec, { signal }) => findObstacles(parts, spec, signal) },
      stats: { stats: (id, call) => podStats(parts, id, call) },
      watch: { watch: (_from, call) => watchPods(parts, call) },
    };
  }
  plan(order: Order<KubernetesOptions>): Plan<KubernetesRequest> {
    return toPodRequest(order, this.#parts.host.owner);
  }
  async start(order: Order<KubernetesOptions>, plan: Plan<KubernetesRequest>, call: Call): Promise<Workload> {
    if (isService(order)) return this.#services.start(order, plan, call);
    return mapPod(await startPod(this.#parts, { order, plan }, call));
  }
  inspect(ids: readonly WorkloadId[], { signal }: Call): Promise<readonly DriverInspection[]> {
    return inspectWorkloads(this.#parts, ids, signal);
  }
  async stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    const stopped = await stopPod(this.#parts, { ...options, id }, call);
    if (stopped !== undefined) return stopped;
    const deployment = await this.#parts.deployments.find(id, call.signal);
    if (deployment !== undefined) return stopService(this.#parts, { ...options, id, deployment }, call.signal);
    return { state: "confirmed", forced: false, graceMs: options.graceMs ?? defaultStopGraceMs };
  }
  async remove(id: WorkloadId, call: Call): Promise<void> {
    if (!(await removePod(this.#parts, id, call))) await removeService(this.#parts, id, call.signal);
  }
  list(filter: ListFilter, { signal }: Call): AsyncIterable<Workload | Leftover> {
    return listWorkloads(this.#parts, filter, signal);
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
    const { deployments, pods } = this.#parts;
    const pod = await pods.find(id, call.signal);
    if (pod === undefined && (await deployments.find(id, call.signal)) !== undefined) {
      yield* readServiceLogs(this.#parts, { ...query, id }, call);
    } else yield* readPodLogs(this.#parts, { ...query, id, pod }, call);
  }
  async ping({ signal }: Call): Promise<void> {
    await this.#parts.cluster.call({ operation: "ping", signal }, ({ version }, options) => version.getCode({}, options));
  }
  classify(error: unknown): Fault | undefined {
    return classifyKubernetesError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.feed[Symbol.dispose]();
    this.#parts.cluster[Symbol.dispose]();
  }
}

/** Connects to nothing yet: the first request does. */
export async function openKubernetesDriver(config: KubernetesConfig, host: Host): Promise<KubernetesDriver> {
  const { namespace } = config;
  const cluster = await Cluster.connect(await loadKubeConfig(config), { host, namespace });
  const pods = new Pods(cluster, host.owner);
  return new KubernetesDriver({
    cluster,
    host,
    pods,
    deployments: new Deployments(cluster, pods, host.owner),
    secrets: new Secrets({ cluster, host }, host.owner),
    feed: new PodFeed(cluster, pods),
  });
}
export type { KubernetesDriver };
