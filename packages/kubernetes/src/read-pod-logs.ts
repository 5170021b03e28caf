import type { V1Pod } from "@kubernetes/client-node";
import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { Cluster } from "./cluster.ts";
import { type LogEntry, LogPlacer } from "./log-placer.ts";
import { hasStarted, isOver, mainStatus } from "./map-pod-state.ts";
import { mainContainer } from "./object-names.ts";
import { parsePodLog } from "./parse-pod-log.ts";
import type { PodFeed } from "./pod-feed.ts";
import type { Pods } from "./pods.ts";
import { untilPod } from "./until-pod.ts";

export interface LogParts {
  readonly cluster: Cluster;
  readonly pods: Pods;
  readonly feed: PodFeed;
}
interface Reading extends Omit<DriverLogQuery, "positions"> {
  readonly position: string;
}
/**
 * How far times go back where two streams are copied at the same moment: the two copiers stamp what they read, and either may be
 * the first to write it down. Generous; what it costs is that many seconds of log, read again at a resume.
 */
const slackMs = 5000;
/** A follow whose program has ended ends by itself; one that stalls at a rotated file does not (kubernetes/kubernetes#115701). */
const stallMs = 5000;

const wholeSecond = (ms: number): string => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** As the program's: one pod is one run of it. */
export const instanceOf = ({ metadata }: V1Pod): string => (metadata?.uid ?? "").slice(0, 8);

async function* readEntries(
  { cluster }: LogParts,
  of: { readonly pod: V1Pod; readonly query: Reading },
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[], void, void> {
  const { position, follow, since, tail } = of.query;
  const from = position === "" ? since : instant(Date.parse(position) - slackMs);
  const query = {
    container: mainContainer,
    timestamps: true,
    ...(follow && { follow }),
    ...(from !== undefined && { sinceTime: wholeSecond(Date.parse(from)) }),
    ...(position === "" && tail !== undefined && { tailLines: tail }),
  };
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${of.pod.metadata?.name ?? ""}/log`;
  const body = await cluster.stream("pod log", signal, { path, query });
  try {
    yield* parsePodLog(body);
  } finally {
    body.destroy();
  }
}

const lostBefore = (position: string, instance: string): DriverLogItem => ({
  kind: "gap",
  position,
  gap: "lost",
  reason: "the kubelet no longer has these lines",
  instance,
});

/** To the end of the log, or of what there is now. A connection that only broke is told apart from the end by a look. */
export async function* readPodLogs(
  parts: LogParts,
  { id, ...query }: DriverLogQuery & { readonly id: WorkloadId },
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const pod = await readable(parts, { id, follow: query.follow }, call.signal);
  if (pod === undefined) return;
  const instance = instanceOf(pod);
  const { positions = {}, ...rest } = query;
  const position = positions[instance] ?? "";
  const placer = new LogPlacer(instance, position);
  using stalled = unstall(parts, { id, pod, follow: query.follow }, call.signal);
  let resumed = position !== "";
  try {
    for await (const entries of readEntries(parts, { pod, query: { ...rest, position } }, stalled.signal)) {
      const items: DriverLogItem[] = [];
      for (const entry of entries) {
        const item = placer.place(entry);
        if (item === undefined) continue;
        if (resumed && item.position > position) items.push(lostBefore(item.position, instance));
        resumed = false;
        items.push(item);
      }
      yield items;
    }
  } catch (error) {
    if (call.signal.aborted || !stalled.signal.aborted) throw error;
  }
  if (query.follow) yield* readEnd(parts, { id, pod, placer }, call);
}

/** The pod once it has a log; undefined where it never will. */
async function readable(
  { pods, feed }: LogParts,
  { id, follow }: { readonly id: WorkloadId; readonly follow: boolean },
  signal: AbortSignal,
): Promise<V1Pod | undefined> {
  let pod = await pods.find(id, signal);
  if (pod === undefined) throw new LongshoreError(`${id}: no such pod`, { code: "not-found", operation: "logs" });
  const isClear = (seen: V1Pod | undefined): boolean => seen === undefined || hasStarted(seen) || isOver(seen);
  if (!isClear(pod) && follow) pod = await untilPod({ pods, feed, id, is: isClear }, signal);
  return pod !== undefined && mainStatus(pod)?.containerID !== undefined ? pod : undefined;
}

/** A signal that ends a follow whose program has ended long enough ago. */
function unstall(
  { feed }: LogParts,
  { id, pod, follow }: { readonly id: WorkloadId; readonly pod: V1Pod; readonly follow: boolean },
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
  parts: LogParts,
  { id, pod, placer }: { readonly id: WorkloadId; readonly pod: V1Pod; readonly placer: LogPlacer },
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { pods, feed } = parts;
  const isClear = (seen: V1Pod | undefined): boolean => seen?.metadata?.uid !== pod.metadata?.uid || isOver(seen as V1Pod);
  const limit = AbortSignal.timeout(stallMs);
  const now = await untilPod({ pods, feed, id, is: isClear }, AbortSignal.any([call.signal, limit])).catch((error: unknown) => {
    if (call.signal.aborted || !limit.aborted) throw error;
    throw new LongshoreError("the log ended while the program runs", { code: "unavailable", operation: "logs" });
  });
  if (now?.metadata?.uid !== pod.metadata?.uid) return;
  const { position, lines } = placer.reached;
  const end = new LogPlacer(instanceOf(pod), position);
  let passed = lines;
  let passing = false;
  for await (const entries of readEntries(parts, { pod, query: { follow: false, position } }, call.signal)) {
    const items: DriverLogItem[] = [];
    for (const entry of entries) {
      const item = end.place(entry);
      if (item === undefined) continue;
      if (entry.at !== undefined) passing = passed-- > 0;
      if (!passing) items.push(item);
    }
    yield items;
  }
}
