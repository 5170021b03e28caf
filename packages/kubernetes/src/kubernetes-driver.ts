import {
  instant,
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
import { classifyKubernetesError } from "./classify-kubernetes-error.ts";
import { Cluster } from "./cluster.ts";
import type { KubernetesCapabilities } from "./kubernetes-capabilities.ts";
import type { KubernetesConfig, KubernetesOptions } from "./kubernetes-config.ts";
import { loadKubeConfig } from "./load-kube-config.ts";
import { mapPod } from "./map-pod-state.ts";
import { label } from "./object-names.ts";
import { PodFeed } from "./pod-feed.ts";
import { Pods } from "./pods.ts";
import { readPodLogs } from "./read-pod-logs.ts";
import { removePod } from "./remove-pod.ts";
import { Secrets } from "./secrets.ts";
import { startPod } from "./start-pod.ts";
import { stopPod } from "./stop-pod.ts";
import { type KubernetesRequest, toPodRequest } from "./to-pod-request.ts";
import { watchPods } from "./watch-pods.ts";

class KubernetesDriver implements RuntimeDriver<KubernetesCapabilities, KubernetesOptions, KubernetesRequest> {
  readonly capabilities: KubernetesCapabilities;
  readonly #cluster: Cluster;
  readonly #host: Host;
  readonly #pods: Pods;
  readonly #secrets: Secrets;
  readonly #feed: PodFeed;

  constructor(cluster: Cluster, host: Host) {
    this.#cluster = cluster;
    this.#host = host;
    this.#pods = new Pods(cluster, host.owner);
    this.#secrets = new Secrets({ cluster, host }, host.owner);
    this.#feed = new PodFeed(cluster, this.#pods);
    this.capabilities = { watch: { watch: (_from, call) => watchPods({ feed: this.#feed, pods: this.#pods }, call) } };
  }
  plan(order: Order<KubernetesOptions>): Plan<KubernetesRequest> {
    return toPodRequest(order, this.#host.owner);
  }
  async start(order: Order<KubernetesOptions>, plan: Plan<KubernetesRequest>, call: Call): Promise<Workload> {
    const parts = { host: this.#host, pods: this.#pods, secrets: this.#secrets, feed: this.#feed };
    return mapPod(await startPod(parts, { order, plan }, call));
  }
  async inspect(ids: readonly WorkloadId[], { signal }: Call): Promise<readonly DriverInspection[]> {
    const found = await this.#pods.findAll(ids, signal);
    return ids.map((id) => {
      const pod = found.get(id);
      return pod === undefined ? { kind: "absent", id } : mapPod(pod);
    });
  }
  stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    return stopPod({ pods: this.#pods, feed: this.#feed }, { ...options, id }, call);
  }
  remove(id: WorkloadId, call: Call): Promise<void> {
    return removePod({ pods: this.#pods, secrets: this.#secrets, feed: this.#feed }, id, call);
  }
  async *list({ labels = {}, kind }: ListFilter, { signal }: Call): AsyncGenerator<Workload | Leftover, void, void> {
    // First, since a pod is created before its Secrets: what has no pod in a later list has none any more.
    const secrets = await Array.fromAsync(this.#secrets.list(signal));
    const alive = new Set<string>();
    for await (const pod of this.#pods.list(undefined, signal)) {
      const task = mapPod(pod);
      alive.add(task.id);
      const asked = Object.entries(labels).every(([key, value]) => task.labels[key] === value);
      if (asked && kind !== "service") yield task;
    }
    for (const { metadata } of secrets) {
      const id = metadata?.labels?.[label.id] as WorkloadId;
      if (alive.has(id)) continue;
      const createdAt = instant(metadata?.creationTimestamp?.getTime() ?? 0);
      yield { kind: "leftover", id, what: "secret", nativeId: `${metadata?.namespace}/${metadata?.name}`, createdAt };
    }
  }
  logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncIterable<readonly DriverLogItem[]> {
    return readPodLogs({ cluster: this.#cluster, pods: this.#pods, feed: this.#feed }, { ...query, id }, call);
  }
  async ping({ signal }: Call): Promise<void> {
    await this.#cluster.call({ operation: "ping", signal }, ({ version }, options) => version.getCode({}, options));
  }
  classify(error: unknown): Fault | undefined {
    return classifyKubernetesError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed[Symbol.dispose]();
    this.#cluster[Symbol.dispose]();
  }
}

/** Connects to nothing yet: the first request does. */
export async function openKubernetesDriver(config: KubernetesConfig, host: Host): Promise<KubernetesDriver> {
  const { namespace } = config;
  return new KubernetesDriver(await Cluster.connect(await loadKubeConfig(config), { host, namespace }), host);
}
export type { KubernetesDriver };
