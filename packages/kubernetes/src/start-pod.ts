import type { V1Pod, V1Secret } from "./objects.ts";
import { LongshoreError, type WorkloadSpec } from "@longshore/core";
import { type Call, type Host, type Order, type Plan, retry } from "@longshore/core/driver";
import { diagnoseWaiting } from "./diagnose-waiting.ts";
import type { Cluster } from "./cluster.ts";
import type { KubernetesOptions } from "./kubernetes-config.ts";
import { annotationOf, hasStarted, isOver, mapPod } from "./map-pod-state.ts";
import { annotation } from "./object-names.ts";
import type { PodFeed } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { lastWarning } from "./read-backend-logs.ts";
import { removePod } from "./remove-pod.ts";
import type { Secrets } from "./secrets.ts";
import { settleHopeless } from "./settle-hopeless.ts";
import type { KubernetesRequest } from "./to-pod-request.ts";
import { untilPod } from "./until-pod.ts";

export interface StartParts {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly pods: Pods;
  readonly secrets: Secrets;
  readonly feed: PodFeed;
}
export interface Starting {
  readonly order: Order<KubernetesOptions>;
  readonly plan: Plan<KubernetesRequest>;
}
/** A start waits so long for the program to begin; what takes longer, a pull or a full cluster, is answered as pending. */
const startWaitMs = 10_000;
/** With the pauses between them about ten seconds. */
const mostAttempts = 8;

const gone = (): LongshoreError =>
  new LongshoreError("it was removed while it was being started", { code: "unavailable", operation: "start" });

/** Creates what is missing. The pod's name is the claim: whoever comes second finds it, and finishes what the first left undone. */
export async function startPod(parts: StartParts, { order, plan }: Starting, call: Call): Promise<V1Pod> {
  const manifests = plan.requests.map(({ manifest }) => manifest);
  const wanted = manifests.filter((manifest): manifest is V1Secret => manifest.kind === "Secret");
  const isMine = (pod: V1Pod): boolean => annotationOf(pod, annotation.hash) === order.specHash;
  const when = (error: unknown): boolean => LongshoreError.is(error, "unavailable") && !call.signal.aborted;
  const pod = await retry({ signal: call.signal, attempts: mostAttempts, when }, () =>
    claim(parts, { spec: order.spec, manifests, wanted }, call),
  );
  // Another spec's pod is not ours to finish; core tells the caller of the conflict.
  if (!isMine(pod) || isOver(pod) || hasStarted(pod)) return pod;
  await parts.secrets.complete(pod, { spec: order.spec, wanted }, call.signal);
  return begun(parts, pod, { spec: order.spec, call });
}

interface Claiming {
  readonly spec: WorkloadSpec;
  readonly manifests: readonly object[];
  readonly wanted: readonly V1Secret[];
}
/** What cannot be resolved is found out before anything is created; whoever finds the pod there need not resolve anything. */
async function claim({ pods, secrets }: StartParts, { spec, manifests, wanted }: Claiming, { signal }: Call): Promise<V1Pod> {
  const manifest = manifests.find((one): one is V1Pod => (one as V1Pod).kind === "Pod");
  if (manifest === undefined) throw new LongshoreError("the plan has no pod", { code: "internal", operation: "start" });
  if (wanted.length > 0) {
    const there = await pods.find(spec.id, signal);
    if (there !== undefined) return there;
    await secrets.resolve(spec, wanted, signal);
  }
  const created = await pods.create(manifest, signal);
  if (created !== undefined) return created;
  const found = await pods.read(spec.id, signal);
  if (found === undefined) throw gone();
  if (pods.isOurs(found, spec.id)) return found;
  const message = "a pod that Longshore did not make bears its name";
  throw new LongshoreError(message, { code: "conflict", operation: "start", workload: spec.id });
}

interface Beginning {
  readonly spec: WorkloadSpec;
  readonly call: Call;
}
/** Core's own limit takes away what has not started, too, but knows nothing of why. */
const pendingShare = 0.9;

/** Until the program has begun, or until it is clear that it will not, or not soon. */
async function begun(parts: StartParts, pod: V1Pod, { spec, call }: Beginning): Promise<V1Pod> {
  const { pods, feed } = parts;
  const { id } = spec;
  const pendingMs = spec.kind === "task" ? spec.pendingTimeoutMs : undefined;
  const limit = AbortSignal.timeout(pendingMs === undefined ? startWaitMs : Math.floor(pendingMs * pendingShare));
  const unplaced = (seen: V1Pod): boolean =>
    pendingMs === undefined && seen.status?.conditions?.some(({ reason }) => reason === "Unschedulable") === true;
  const isClear = (seen: V1Pod | undefined): boolean =>
    seen === undefined || hasStarted(seen) || isOver(seen) || unplaced(seen) || diagnoseWaiting(seen)?.hopeless !== undefined;
  let last: V1Pod | undefined = pod;
  try {
    last = await untilPod({ pods, feed, id, is: isClear }, AbortSignal.any([call.signal, limit]));
  } catch (error) {
    if (call.signal.aborted || !limit.aborted) throw error;
    last = await pods.find(id, call.signal);
    if (last !== undefined && pendingMs !== undefined && !isClear(last)) throw await neverBegun(parts, last, { spec, call });
  }
  if (last === undefined) throw gone();
  return (await settleHopeless(pods, last, call.signal)) ?? last;
}

/** Taken away, and why it has not started in the cluster's own words. */
async function neverBegun(parts: StartParts, pod: V1Pod, { spec, call }: Beginning): Promise<LongshoreError> {
  const { id } = spec;
  const state = mapPod(pod).state;
  const reason = state.phase === "pending" ? state.reason : undefined;
  const said = (await lastWarning(parts.cluster, pod, call.signal)) ?? reason ?? "the cluster does not say why";
  await removePod(parts, id, call);
  const message = `it did not start within pendingTimeoutMs: ${said}`;
  return new LongshoreError(message, { code: "timeout", operation: "start", workload: id });
}
