import { LongshoreError, type WorkloadId } from "@longshore/core";
import { retry } from "@longshore/core/driver";
import { awaitService, type ServiceParts } from "./await-service.ts";
import type { ServiceView } from "./deployments.ts";
import { hasStarted, isSpent } from "./map-pod-state.ts";
import type { V1Pod } from "./objects.ts";
import type { Pods } from "./pods.ts";
import { unstartedLimitMs } from "./remove-pod.ts";
import type { Secrets } from "./secrets.ts";

export interface RemoveServiceParts extends ServiceParts {
  readonly pods: Pods;
  readonly secrets: Secrets;
}
/** The cluster's garbage collector takes the pods' owners away one after the other, and a busy one takes its time. */
const removeLimitMs = 180_000;
/** With the pauses between them about half a minute. */
const mostAttempts = 12;

const stillThere = (workload: WorkloadId): LongshoreError => {
  const message = "the cluster still takes it away; is a node lost?";
  return new LongshoreError(message, { code: "unavailable", operation: "remove", workload });
};

/** Its pods are killed at once, the Deployment goes when they are gone, and the Service and the Secrets last. */
export async function removeService(parts: RemoveServiceParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  const { deployments, pods, secrets } = parts;
  const deployment = await deployments.find(id, signal);
  if (deployment !== undefined) await deployments.remove(deployment, signal);
  const ending = new Ending(pods, signal);
  const is = (view: ServiceView | undefined): boolean => {
    if (view !== undefined) ending.see(view);
    return view === undefined;
  };
  const { came } = await awaitService(parts, { id, is, limitMs: removeLimitMs }, signal);
  if (!came) throw stillThere(id);
  // Where the Deployment went before them, as when this was cut short.
  const when = (error: unknown): boolean => LongshoreError.is(error, "unavailable") && !signal.aborted;
  await retry({ signal, attempts: mostAttempts, when }, async () => {
    const left = await deployments.instances(id, signal);
    for (const pod of left) await pods.remove(pod, signal, isSpent(pod) ? 0 : undefined);
    if (left.length > 0) throw stillThere(id);
  });
  await deployments.expose(id, undefined, signal);
  await secrets.removeAll(id, signal);
}

/** Ends each pod once, and lets go of it when it has ended. */
class Ending {
  readonly #pods: Pods;
  readonly #signal: AbortSignal;
  readonly #done = new Set<string>();
  readonly #endedAt = new Map<string, number>();

  constructor(pods: Pods, signal: AbortSignal) {
    this.#pods = pods;
    this.#signal = signal;
  }
  see({ pods, spent }: ServiceView): void {
    for (const pod of pods) this.#once(`end ${pod.metadata?.uid}`, () => this.#pods.remove(pod, this.#signal));
    for (const pod of [...spent, ...pods.filter((one) => this.#isStuck(one))])
      this.#once(`let go ${pod.metadata?.uid}`, () => this.#pods.remove(pod, this.#signal, 0));
  }
  /** It had its chance to say that something runs after all. */
  #isStuck(pod: V1Pod): boolean {
    const uid = pod.metadata?.uid ?? "";
    const endedAt = this.#endedAt.get(uid) ?? Date.now();
    this.#endedAt.set(uid, endedAt);
    return !hasStarted(pod) && Date.now() - endedAt > unstartedLimitMs;
  }
  #once(key: string, act: () => Promise<void>): void {
    if (this.#done.has(key)) return;
    this.#done.add(key);
    // What fails is tried again with the next look.
    act().catch(() => this.#done.delete(key));
  }
}
