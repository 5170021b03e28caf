import type { V1Pod } from "./objects.ts";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { Cluster } from "./cluster.ts";
import { LogPlacer } from "./log-placer.ts";
import { hasStarted, isOver, mainStatus } from "./map-pod-state.ts";
import { instanceOf } from "./map-service-state.ts";
import type { PodFeed } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { readRun, untilGone } from "./read-run.ts";
import { untilPod } from "./until-pod.ts";

export interface LogParts {
  readonly cluster: Cluster;
  readonly pods: Pods;
  readonly feed: PodFeed;
}
interface Followed {
  readonly id: WorkloadId;
  readonly pod: V1Pod;
  readonly follow: boolean;
}
/** A follow whose program has ended ends by itself; one that stalls at a rotated file does not (kubernetes/kubernetes#115701). */
const stallMs = 5000;

/** To the end of the log, or of what there is now. A connection that only broke is told apart from the end by a look. */
export async function* readPodLogs(
  parts: LogParts,
  { id, pod: found, ...query }: DriverLogQuery & { readonly id: WorkloadId; readonly pod: V1Pod | undefined },
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { positions = {}, follow } = query;
  const pod = await readable(parts, { id, pod: found, follow }, call.signal);
  if (pod === undefined) return;
  const position = positions[instanceOf(pod)] ?? "";
  const placer = new LogPlacer(instanceOf(pod), position);
  using stalled = unstall(parts.feed, { id, pod, follow }, call.signal);
  try {
    yield* readRun(parts.cluster, { ...query, pod, position, placer, resumed: true }, stalled.signal);
  } catch (error) {
    if (call.signal.aborted || !stalled.signal.aborted) throw error;
  }
  if (follow) yield* readEnd(parts, { id, pod, placer }, call);
}

/** The pod once it has a log; undefined where it never will. */
async function readable(
  { pods, feed }: LogParts,
  { id, pod: found, follow }: Omit<Followed, "pod"> & { readonly pod: V1Pod | undefined },
  signal: AbortSignal,
): Promise<V1Pod | undefined> {
  let pod = found;
  if (pod === undefined) throw new LongshoreError(`${id}: no such pod`, { code: "not-found", operation: "logs" });
  const isClear = (seen: V1Pod | undefined): boolean => seen === undefined || hasStarted(seen) || isOver(seen);
  if (!isClear(pod) && follow) pod = await untilPod({ pods, feed, id, is: isClear }, signal);
  return pod !== undefined && mainStatus(pod)?.containerID !== undefined ? pod : undefined;
}

/** A signal that ends a follow whose program has ended long enough ago. */
function unstall(
  feed: PodFeed,
  { id, pod, follow }: Followed,
  outer: AbortSignal,
): Disposable & { readonly signal: AbortSignal } {
  if (!follow || isOver(pod)) return { signal: outer, [Symbol.dispose]: () => {} };
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const listening = feed.listen((news) => {
    if (!("id" in news) || news.id !== id || timer !== undefined) return;
    if (news.kind === "removed" || isOver(news.pod)) timer = setTimeout(() => ending.abort(new Error("it stalls")), stallMs);
  });
  return {
    signal: AbortSignal.any([outer, ending.signal]),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      listening[Symbol.dispose]();
    },
  };
}

/** Of a program that has ended: a kubelet may end a followed log before its last lines. */
async function* readEnd(
  { cluster, pods, feed }: LogParts,
  { id, pod, placer }: Omit<Followed, "follow"> & { readonly placer: LogPlacer },
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const isSame = (seen: V1Pod | undefined): seen is V1Pod => seen?.metadata?.uid === pod.metadata?.uid;
  const isClear = (seen: V1Pod | undefined): boolean => !isSame(seen) || isOver(seen);
  const limit = AbortSignal.timeout(stallMs);
  const now = await untilPod({ pods, feed, id, is: isClear }, AbortSignal.any([call.signal, limit])).catch((error: unknown) => {
    if (call.signal.aborted || !limit.aborted) throw error;
    throw new LongshoreError("the log ended while the program runs", { code: "unavailable", operation: "logs" });
  });
  if (isSame(now)) yield* untilGone(readRun(cluster, { pod, follow: false, ...placer.again() }, call.signal));
}
