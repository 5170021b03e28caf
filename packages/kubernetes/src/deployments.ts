import type { V1Deployment, V1Pod, V1Service } from "./objects.ts";
import { LongshoreError, type Owner, type WorkloadId } from "@longshore/core";
import { unless } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import { isSpent } from "./map-pod-state.ts";
import { annotation, label, serviceName } from "./object-names.ts";
import type { Pods } from "./pods.ts";

/** A Deployment of ours, and the pods that there are of it. */
export interface ServiceView {
  readonly deployment: V1Deployment;
  /** That run, or may. */
  readonly pods: readonly V1Pod[];
  /** What their kubelets have not let go yet, although nothing runs. */
  readonly spent: readonly V1Pod[];
}

const hashOf = ({ metadata }: V1Service): string | undefined => metadata?.annotations?.[annotation.hash];
export const viewOf = (deployment: V1Deployment, all: readonly V1Pod[]): ServiceView => ({
  deployment,
  pods: all.filter((pod) => !isSpent(pod)),
  spent: all.filter(isSpent),
});

/** One owner's Deployments, with their Services, by id. */
export class Deployments {
  readonly #cluster: Cluster;
  readonly #pods: Pods;
  readonly #owner: Owner;

  constructor(cluster: Cluster, pods: Pods, owner: Owner) {
    this.#cluster = cluster;
    this.#pods = pods;
    this.#owner = owner;
  }
  name(id: WorkloadId): string {
    return serviceName(this.#owner, id);
  }
  /** Undefined where there is none, or one of that name that is not ours. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<V1Deployment | undefined> {
    const { namespace } = this.#cluster;
    const found = await unless([404], () =>
      this.#cluster.call({ operation: "deployment get", signal }, ({ apps }, options) =>
        apps.readNamespacedDeployment({ namespace, name: this.name(id) }, options),
      ),
    );
    const { [label.owner]: owner, [label.id]: bears } = found?.metadata?.labels ?? {};
    return owner === this.#owner && bears === id ? found : undefined;
  }
  async view(id: WorkloadId, signal: AbortSignal): Promise<ServiceView | undefined> {
    const deployment = await this.find(id, signal);
    return deployment === undefined ? undefined : viewOf(deployment, await this.instances(id, signal));
  }
  async instances(id: WorkloadId, signal: AbortSignal): Promise<readonly V1Pod[]> {
    return Array.fromAsync(this.#pods.list(`${label.kind}=service,${label.id}=${id}`, signal));
  }
  async list(signal: AbortSignal, selector?: string): Promise<readonly V1Deployment[]> {
    const own = this.#pods.selector;
    const query = { namespace: this.#cluster.namespace, labelSelector: selector === undefined ? own : `${own},${selector}` };
    const { items } = await this.#cluster.call({ operation: "deployment list", signal }, ({ apps }, options) =>
      apps.listNamespacedDeployment(query, options),
    );
    return items;
  }
  /** Nothing happens where the name is taken. */
  async create(body: V1Deployment, signal: AbortSignal): Promise<void> {
    const { namespace } = this.#cluster;
    await unless([409], () =>
      this.#cluster.call({ operation: "deployment create", signal }, ({ apps }, options) =>
        apps.createNamespacedDeployment({ namespace, body }, options),
      ),
    );
  }
  /** 409: it was changed since. */
  async replace(body: V1Deployment, signal: AbortSignal): Promise<V1Deployment> {
    const { namespace } = this.#cluster;
    return this.#cluster.call({ operation: "deployment put", signal }, ({ apps }, options) =>
      apps.replaceNamespacedDeployment({ namespace, name: body.metadata?.name ?? "", body }, options),
    );
  }
  /** As long as it is the same Deployment; undefined where it is gone. */
  async patch({ metadata }: V1Deployment, body: object, signal: AbortSignal): Promise<V1Deployment | undefined> {
    const { namespace } = this.#cluster;
    return unless([404], () =>
      this.#cluster.call({ operation: "deployment patch", signal, patch: "merge" }, ({ apps }, options) =>
        apps.patchNamespacedDeployment({ namespace, name: metadata?.name ?? "", body }, options),
      ),
    );
  }
  /** Its pods are the caller's to end; the cluster takes the rest away after it. */
  async remove({ metadata }: V1Deployment, signal: AbortSignal): Promise<void> {
    const { namespace } = this.#cluster;
    const body = { propagationPolicy: "Foreground", preconditions: { uid: metadata?.uid ?? "" } };
    await unless([404, 409], () =>
      this.#cluster.call({ operation: "deployment delete", signal }, ({ apps }, options) =>
        apps.deleteNamespacedDeployment({ namespace, name: metadata?.name ?? "", body }, options),
      ),
    );
  }
  /** The Service as the spec has it: created, changed, or taken away. */
  async expose(id: WorkloadId, wanted: V1Service | undefined, signal: AbortSignal): Promise<void> {
    const { namespace } = this.#cluster;
    const [there] = await this.services(signal, id);
    const { name = "", uid = "" } = there?.metadata ?? {};
    if (there === undefined) {
      if (wanted !== undefined) await this.#create(id, wanted, signal);
    } else if (wanted === undefined) {
      await unless([404, 409], () =>
        this.#cluster.call({ operation: "service delete", signal }, ({ core }, options) =>
          core.deleteNamespacedService({ namespace, name, body: { preconditions: { uid } } }, options),
        ),
      );
    } else if (hashOf(there) !== hashOf(wanted)) {
      await this.#cluster.call({ operation: "service patch", signal, patch: "merge" }, ({ core }, options) =>
        core.patchNamespacedService({ namespace, name, body: wanted }, options),
      );
    }
  }
  async #create(id: WorkloadId, body: V1Service, signal: AbortSignal): Promise<void> {
    const { namespace } = this.#cluster;
    const created = await unless([409], () =>
      this.#cluster.call({ operation: "service create", signal }, ({ core }, options) =>
        core.createNamespacedService({ namespace, body }, options),
      ),
    );
    if (created !== undefined || (await this.services(signal, id)).length > 0) return;
    const message = "a Service that Longshore did not make bears its name";
    throw new LongshoreError(message, { code: "conflict", operation: "start", workload: id });
  }
  async services(signal: AbortSignal, id?: WorkloadId): Promise<readonly V1Service[]> {
    const { selector } = this.#pods;
    const labelSelector = id === undefined ? selector : `${selector},${label.id}=${id}`;
    const query = { namespace: this.#cluster.namespace, labelSelector };
    const { items } = await this.#cluster.call({ operation: "service list", signal }, ({ core }, options) =>
      core.listNamespacedService(query, options),
    );
    return items;
  }
}
