import type { V1Deployment, V1Secret, V1Service } from "./objects.ts";
import { defaultReadinessTimeoutMs, LongshoreError, type Service, type Workload, type WorkloadId } from "@longshore/core";
import { type Call, neverReady, noSuchService, type Plan, retry, type Revision } from "@longshore/core/driver";
import { awaitService, isBegun, isWhole, type ServiceParts, whyUnready } from "./await-service.ts";
import { hasStatus } from "./classify-kubernetes-error.ts";
import { type ServiceView, viewOf } from "./deployments.ts";
import { mapPod } from "./map-pod-state.ts";
import { hashOf, isCurrent, isStopped, mapService, numberOf } from "./map-service-state.ts";
import { annotation, label } from "./object-names.ts";
import type { Pods } from "./pods.ts";
import type { Secrets } from "./secrets.ts";
import type { KubernetesRequest } from "./to-pod-request.ts";
import type { ServiceOrder } from "./to-service-manifests.ts";

export interface ServicesParts extends ServiceParts {
  readonly pods: Pods;
  readonly secrets: Secrets;
}
interface Asked {
  readonly order: ServiceOrder;
  readonly deployment: V1Deployment;
  readonly secrets: readonly V1Secret[];
  readonly service: V1Service | undefined;
}
/** A start waits so long for its instances to begin; what takes longer is answered as pending. */
const startWaitMs = 10_000;
/** How long what was there before may take to be whole again. */
const backLimitMs = 60_000;
const mostAttempts = 8;

function readPlan(order: ServiceOrder, plan: Plan): Asked {
  const manifests = (plan as Plan<KubernetesRequest>).requests.map(({ manifest }) => manifest);
  const deployment = manifests.find((one): one is V1Deployment => one.kind === "Deployment");
  if (deployment === undefined) throw new LongshoreError("the plan has no Deployment", { code: "internal", operation: "start" });
  const secrets = manifests.filter((one): one is V1Secret => one.kind === "Secret");
  return { order, deployment, secrets, service: manifests.find((one): one is V1Service => one.kind === "Service") };
}
const readyMs = (deployment: V1Deployment): number => numberOf(deployment, annotation.readyMs, defaultReadinessTimeoutMs);

/** The verbs that make a service what it is to be. The Deployment holds what is wanted; its controller goes there. */
export class KubernetesServices {
  readonly #parts: ServicesParts;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
  }
  /** Until every instance was begun; not until it is ready. */
  async start(order: ServiceOrder, plan: Plan, call: Call): Promise<Workload> {
    const { deployments, pods } = this.#parts;
    const { spec, specHash } = order;
    const asked = readPlan(order, plan);
    const { signal } = call;
    let found = await deployments.find(spec.id, signal);
    if (found === undefined) {
      const task = await pods.find(spec.id, signal);
      if (task !== undefined) return mapPod(task);
      await this.#parts.secrets.resolve(spec, asked.secrets, signal);
      await deployments.create(asked.deployment, signal);
      found = await deployments.find(spec.id, signal);
    }
    if (found === undefined) throw nameTaken(spec.id);
    // Another spec's is not ours to finish; core tells the caller of the conflict.
    if (hashOf(found) !== specHash || isStopped(found)) return mapService(await this.#view(found, signal));
    await this.#complete(found, asked, signal);
    const wait = { id: spec.id, is: isBegun, limitMs: startWaitMs };
    const { view } = await awaitService(this.#parts, wait, signal);
    return mapService(known(view, spec.id, "start"));
  }
  async #view(deployment: V1Deployment, signal: AbortSignal): Promise<ServiceView> {
    const id = deployment.metadata?.labels?.[label.id] as WorkloadId;
    return viewOf(deployment, await this.#parts.deployments.instances(id, signal));
  }
  /** What the Deployment refers to. */
  async #complete(deployment: V1Deployment, { order, secrets, service }: Asked, signal: AbortSignal): Promise<void> {
    await this.#parts.secrets.complete(deployment, { spec: order.spec, wanted: secrets }, signal);
    const owned = service && { ...service, metadata: { ...service.metadata, ownerReferences: [referenceTo(deployment)] } };
    await this.#parts.deployments.expose(order.spec.id, owned, signal);
  }
  /** What was ready before is kept until what is new is ready, and what does not become ready is taken back. */
  async update({ order, plan }: Revision, call: Call): Promise<Service> {
    const { id } = order.spec;
    const { signal } = call;
    const asked = readPlan(order as ServiceOrder, plan);
    const former = await this.#find(id, "update", signal);
    await this.#complete(former, asked, signal);
    const current = hashOf(former) === order.specHash ? former : await this.#put(id, asked.deployment, signal);
    const view = await this.#whole({ id, operation: "update", deployment: current, former }, call);
    await this.#parts.secrets.removeOthers(id, order.specHash, signal);
    return mapService(view);
  }
  /** The same Deployment with another spec. Stopped, it stays so. */
  async #put(id: WorkloadId, wanted: V1Deployment, signal: AbortSignal): Promise<V1Deployment> {
    const when = (error: unknown): boolean => hasStatus(error, 409) && !signal.aborted;
    return retry({ signal, attempts: mostAttempts, when }, async () => {
      const now = await this.#find(id, "update", signal);
      const { uid = "", resourceVersion = "", annotations = {} } = now.metadata ?? {};
      const stopped = annotations[annotation.stopped];
      const kept = stopped === undefined ? {} : { [annotation.stopped]: stopped };
      const metadata = {
        ...wanted.metadata,
        uid,
        resourceVersion,
        annotations: { ...wanted.metadata?.annotations, ...kept },
      };
      const spec = { ...wanted.spec, ...(stopped !== undefined && { replicas: 0 }) } as NonNullable<V1Deployment["spec"]>;
      return this.#parts.deployments.replace({ ...wanted, metadata, spec }, signal);
    });
  }
  async restart(id: WorkloadId, call: Call): Promise<Service> {
    const { signal } = call;
    const former = await this.#find(id, "restart", signal);
    if (isStopped(former)) return this.resume(id, call);
    const view = await this.#view(former, signal);
    // One that an earlier call began and did not see to its end is finished.
    const isUnderWay =
      former.spec?.template.metadata?.annotations?.[annotation.restarted] !== undefined &&
      !view.pods.every((pod) => isCurrent(view, pod));
    const annotations = { [annotation.restarted]: new Date().toISOString() };
    const body = { spec: { template: { metadata: { annotations } } } };
    const deployment = isUnderWay ? former : await this.#parts.deployments.patch(former, body, signal);
    if (deployment === undefined) throw noSuchService(id, "restart");
    return mapService(await this.#whole({ id, operation: "restart", deployment, former }, call));
  }
  async resume(id: WorkloadId, call: Call): Promise<Service> {
    const { signal } = call;
    const former = await this.#find(id, "resume", signal);
    if (!isStopped(former)) return mapService(await this.#view(former, signal));
    const replicas = numberOf(former, annotation.replicas, 1);
    const body = { metadata: { annotations: { [annotation.stopped]: null } }, spec: { replicas } };
    const deployment = await this.#parts.deployments.patch(former, body, signal);
    if (deployment === undefined) throw noSuchService(id, "resume");
    return mapService(await this.#whole({ id, operation: "resume", deployment }, call));
  }
  async #find(id: WorkloadId, operation: string, signal: AbortSignal): Promise<V1Deployment> {
    const found = await this.#parts.deployments.find(id, signal);
    if (found === undefined) throw noSuchService(id, operation);
    return found;
  }
  /** Until it is whole; what was there before comes back where it does not. */
  async #whole(of: Coming, call: Call): Promise<ServiceView> {
    const { id, operation, deployment, former } = of;
    const { signal } = call;
    const is = (view: ServiceView | undefined): boolean => view === undefined || isWhole(view);
    const { view, came } = await awaitService(this.#parts, { id, is, limitMs: readyMs(deployment) }, signal);
    if (view === undefined) throw noSuchService(id, operation);
    if (came) return view;
    const why = whyUnready(view);
    if (former === undefined || former === deployment) throw neverReady(id, operation, why);
    await this.#put(id, former, signal);
    const back = await awaitService(this.#parts, { id, is, limitMs: backLimitMs }, signal);
    await this.#parts.secrets.removeOthers(id, hashOf(former), signal);
    throw neverReady(id, operation, `${why}; the spec before it is ${back.came ? "back" : "on its way back"}`);
  }
}

interface Coming {
  readonly id: WorkloadId;
  readonly operation: string;
  readonly deployment: V1Deployment;
  /** What to go back to. */
  readonly former?: V1Deployment;
}
function known(view: ServiceView | undefined, id: WorkloadId, operation: string): ServiceView {
  if (view === undefined) throw noSuchService(id, operation);
  return view;
}
const referenceTo = ({ metadata }: V1Deployment): { apiVersion: string; kind: string; name: string; uid: string } => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  name: metadata?.name ?? "",
  uid: metadata?.uid ?? "",
});
const nameTaken = (id: WorkloadId): LongshoreError => {
  const message = "a Deployment that Longshore did not make bears its name";
  return new LongshoreError(message, { code: "conflict", operation: "start", workload: id });
};
