import type { V1Deployment, V1Pod, V1Secret } from "./objects.ts";
import type { Host, Owner, WorkloadId, WorkloadSpec } from "@longshore/core";
import { resolveSecret } from "@longshore/core/driver";
import { unless } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import { toDockerConfig } from "./to-docker-config.ts";
import { label, markOf } from "./object-names.ts";

export interface SecretsParts {
  readonly cluster: Cluster;
  readonly host: Host;
}
export interface Wanted {
  readonly spec: WorkloadSpec;
  /** Manifests as planned, with keys of the host's resolver for values. */
  readonly wanted: readonly V1Secret[];
}
type Bearer = V1Pod | V1Deployment;
type Values = Readonly<Record<string, string>>;
const registryKey = ".dockerconfigjson";

/** One owner's Secrets. Each belongs to a pod, so that the cluster takes it away with the pod, whoever deletes that. */
export class Secrets {
  readonly #parts: SecretsParts;
  readonly #owner: Owner;

  constructor(parts: SecretsParts, owner: Owner) {
    this.#parts = parts;
    this.#owner = owner;
  }
  /** The values of each manifest. Throws what the resolver throws. */
  async resolve(spec: WorkloadSpec, wanted: readonly V1Secret[], signal: AbortSignal): Promise<readonly Values[]> {
    return Promise.all(wanted.map(({ stringData = {} }) => this.#values(spec, stringData, signal)));
  }
  async #values(spec: WorkloadSpec, keys: Values, signal: AbortSignal): Promise<Values> {
    const pairs = Object.entries(keys).map(async ([name, resolve]) => {
      const value = await resolveSecret({ resolve }, this.#parts.host, signal);
      return [name, name === registryKey ? toDockerConfig(spec.image ?? "", value) : value] as const;
    });
    return Object.fromEntries(await Promise.all(pairs));
  }
  /** Creates what the pod or the Deployment lacks. What an earlier one of that name left is replaced. */
  async complete(bearer: Bearer, { spec, wanted }: Wanted, signal: AbortSignal): Promise<void> {
    const { name = "", uid = "" } = bearer.metadata ?? {};
    const owner =
      spec.kind === "task"
        ? { apiVersion: "v1", kind: "Pod", name, uid }
        : { apiVersion: "apps/v1", kind: "Deployment", name, uid };
    for (const manifest of wanted) {
      const there = await this.#read(manifest.metadata?.name ?? "", signal);
      if (there?.metadata?.ownerReferences?.some((one) => one.uid === uid)) continue;
      const [stringData = {}] = await this.resolve(spec, [manifest], signal);
      const body = { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [owner] }, stringData };
      if (there !== undefined) await this.#delete(there, signal);
      await this.#create(body, signal);
    }
  }
  async *list(signal: AbortSignal, id?: WorkloadId): AsyncGenerator<V1Secret, void, void> {
    const { cluster } = this.#parts;
    const labelSelector = `${label.owner}=${this.#owner}${id === undefined ? "" : `,${label.id}=${id}`}`;
    const { items } = await cluster.call({ operation: "secret list", signal }, ({ core }, options) =>
      core.listNamespacedSecret({ namespace: cluster.namespace, labelSelector }, options),
    );
    yield* items;
  }
  async removeAll(id: WorkloadId, signal: AbortSignal): Promise<void> {
    for await (const secret of this.list(signal, id)) await this.#delete(secret, signal);
  }
  /** A service's, but those of this spec. */
  async removeOthers(id: WorkloadId, specHash: string, signal: AbortSignal): Promise<void> {
    for await (const secret of this.list(signal, id)) {
      if (secret.metadata?.name?.endsWith(markOf(specHash)) !== true) await this.#delete(secret, signal);
    }
  }
  async #read(name: string, signal: AbortSignal): Promise<V1Secret | undefined> {
    const { cluster } = this.#parts;
    return unless([404], () =>
      cluster.call({ operation: "secret get", signal }, ({ core }, options) =>
        core.readNamespacedSecret({ namespace: cluster.namespace, name }, options),
      ),
    );
  }
  async #create(body: V1Secret, signal: AbortSignal): Promise<void> {
    const { cluster } = this.#parts;
    await unless([409], () =>
      cluster.call({ operation: "secret create", signal }, ({ core }, options) =>
        core.createNamespacedSecret({ namespace: cluster.namespace, body }, options),
      ),
    );
  }
  async #delete({ metadata }: V1Secret, signal: AbortSignal): Promise<void> {
    const { cluster } = this.#parts;
    const body = { preconditions: { uid: metadata?.uid ?? "" } };
    await unless([404, 409], () =>
      cluster.call({ operation: "secret delete", signal }, ({ core }, options) =>
        core.deleteNamespacedSecret({ namespace: cluster.namespace, name: metadata?.name ?? "", body }, options),
      ),
    );
  }
}
