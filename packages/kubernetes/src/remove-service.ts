import { LongshoreError, type WorkloadId } from "@longshore/core";
import { retry } from "@longshore/core/driver";
import { awaitService, type ServiceParts } from "./await-service.ts";
import type { Pods } from "./pods.ts";
import type { Secrets } from "./secrets.ts";

export interface RemoveServiceParts extends ServiceParts {
  readonly pods: Pods;
  readonly secrets: Secrets;
}
const removeLimitMs = 60_000;
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
  const killed = new Set<string>();
  if (deployment !== undefined) await deployments.remove(deployment, signal);
  const killing: Promise<unknown>[] = [];
  const is = (view: { readonly pods: readonly Parameters<Pods["remove"]>[0][] } | undefined): boolean => {
    for (const pod of view?.pods ?? []) {
      const uid = pod.metadata?.uid ?? "";
      if (killed.has(uid)) continue;
      killed.add(uid);
      killing.push(pods.remove(pod, signal).catch(() => killed.delete(uid)));
    }
    return view === undefined;
  };
  const { came } = await awaitService(parts, { id, is, limitMs: removeLimitMs }, signal);
  await Promise.all(killing);
  if (!came) throw stillThere(id);
  // Where the Deployment went before them, as when this was cut short.
  const when = (error: unknown): boolean => LongshoreError.is(error, "unavailable") && !signal.aborted;
  await retry({ signal, attempts: mostAttempts, when }, async () => {
    const left = await deployments.instances(id, signal);
    for (const pod of left) await pods.remove(pod, signal);
    if (left.length > 0) throw stillThere(id);
  });
  await deployments.expose(id, undefined, signal);
  await secrets.removeAll(id, signal);
}
