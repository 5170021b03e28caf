import type { V1Pod } from "./objects.ts";
import type { Owner, WorkloadId } from "@longshore/core";
import { hasStatus, unless } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import { label, mainContainer, podName } from "./object-names.ts";

/** Of one page of a list; the API server's own tools ask for as many. */
const pageSize = 500;
/** As much of a selector as fits into a URL that every proxy lets by: ids have at most 40 characters. */
const mostIdsAtOnce = 50;
/** More than these are asked for in one request, by label. */
const mostSingly = 2;

/** One owner's pods, by id. */
export class Pods {
  readonly #cluster: Cluster;
  readonly #owner: Owner;

  constructor(cluster: Cluster, owner: Owner) {
    this.#cluster = cluster;
    this.#owner = owner;
  }
  name(id: WorkloadId): string {
    return podName(this.#owner, id);
  }
  get selector(): string {
    return `${label.owner}=${this.#owner}`;
  }
  isOurs({ metadata }: V1Pod, id: WorkloadId): boolean {
    const { [label.owner]: owner, [label.id]: bears, [label.kind]: kind } = metadata?.labels ?? {};
    return owner === this.#owner && bears === id && kind === "task";
  }
  /** Undefined where there is none, or one of that name that is not ours. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<V1Pod | undefined> {
    const found = await this.read(id, signal);
    return found === undefined || !this.isOurs(found, id) ? undefined : found;
  }
  /** Whoever it belongs to. */
  async read(id: WorkloadId, signal: AbortSignal): Promise<V1Pod | undefined> {
    const { namespace } = this.#cluster;
    return unless([404], () =>
      this.#cluster.call({ operation: "pod get", signal }, ({ core }, options) =>
        core.readNamespacedPod({ namespace, name: this.name(id) }, options),
      ),
    );
  }
  async findAll(ids: readonly WorkloadId[], signal: AbortSignal): Promise<ReadonlyMap<WorkloadId, V1Pod>> {
    const found: V1Pod[] = [];
    if (ids.length <= mostSingly) {
      const pods = await Promise.all(ids.map((id) => this.find(id, signal)));
      found.push(...pods.filter((pod) => pod !== undefined));
    } else {
      for (let next = 0; next < ids.length; next += mostIdsAtOnce) {
        const some = ids.slice(next, next + mostIdsAtOnce).join(",");
        for await (const pod of this.list(`${label.kind}=task,${label.id} in (${some})`, signal)) found.push(pod);
      }
    }
    return new Map(found.map((pod) => [pod.metadata?.labels?.[label.id] as WorkloadId, pod]));
  }
  async *list(selector: string | undefined, signal: AbortSignal): AsyncGenerator<V1Pod, void, void> {
    const { namespace } = this.#cluster;
    const labelSelector = selector === undefined ? this.selector : `${this.selector},${selector}`;
    for (let next: string | undefined, more = true; more; more = next !== undefined && next !== "") {
      const page = { namespace, labelSelector, limit: pageSize, ...(next !== undefined && { _continue: next }) };
      const { items, metadata } = await this.#cluster.call({ operation: "pod list", signal }, ({ core }, options) =>
        core.listNamespacedPod(page, options),
      );
      yield* items;
      next = metadata?._continue;
    }
  }
  /** Undefined where the name is taken. */
  async create(manifest: V1Pod, signal: AbortSignal): Promise<V1Pod | undefined> {
    const { namespace } = this.#cluster;
    try {
      return await this.#cluster.call({ operation: "pod create", signal }, ({ core }, options) =>
        core.createNamespacedPod({ namespace, body: manifest }, options),
      );
    } catch (error) {
      if (isTaken(error)) return undefined;
      throw error;
    }
  }
  /**
   * Ends its program, or keeps it from starting. A kubelet that finds a container's image changed ends the container with its
   * grace, and an image of this name is never run. Unlike a deletion this keeps logs and exit code, and the record of why. Nothing
   * happens where it was changed since: 409.
   */
  async halt(pod: V1Pod, record: Readonly<Record<string, string>>, halting: Halting): Promise<V1Pod | undefined> {
    const { namespace } = this.#cluster;
    const { name = "", uid = "", resourceVersion = "" } = pod.metadata ?? {};
    const image = pod.spec?.containers.find((one) => one.name === mainContainer)?.image ?? "";
    const spec = {
      containers: [{ name: mainContainer, image: image.endsWith(haltedSuffix) ? image : `${image}${haltedSuffix}` }],
      ...(halting.beforeStart && { activeDeadlineSeconds: 1 }),
    };
    const body = { metadata: { uid, resourceVersion, annotations: record }, spec };
    return unless([404], () =>
      this.#cluster.call({ operation: "pod patch", signal: halting.signal }, ({ core }, options) =>
        core.patchNamespacedPod({ namespace, name, body }, options),
      ),
    );
  }
  /** The kubelet kills what still runs; the pod is gone once nothing does. */
  async remove(pod: V1Pod, signal: AbortSignal, gracePeriodSeconds: number = leastGraceSeconds): Promise<void> {
    const { namespace } = this.#cluster;
    const { name = "", uid = "" } = pod.metadata ?? {};
    const body = { gracePeriodSeconds, preconditions: { uid } };
    // 409: another pod has the name by now.
    await unless([404, 409], () =>
      this.#cluster.call({ operation: "pod delete", signal }, ({ core }, options) =>
        core.deleteNamespacedPod({ namespace, name, body }, options),
      ),
    );
  }
}

export interface Halting {
  readonly signal: AbortSignal;
  /** It has not started: the kubelet need not even look at the image to give it up. */
  readonly beforeStart: boolean;
}
/** Makes a reference that no container runtime takes, of an image that a policy on registries still knows. */
const haltedSuffix = "@HALTED";
/** With 0 the API server forgets the pod before its container has ended. */
const leastGraceSeconds = 1;

/** Refused because there is one of that name; a refusal by quota or by a race on a namespace says otherwise. */
const isTaken = (error: unknown): boolean =>
  hasStatus(error, 409) && String((error as { readonly body?: unknown }).body).includes("AlreadyExists");
