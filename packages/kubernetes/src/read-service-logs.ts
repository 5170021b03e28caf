import type { V1Pod } from "./objects.ts";
import type { WorkloadId } from "@longshore/core";
import { type Call, type DriverLogItem, type DriverLogQuery, orAbort, MergedBatches } from "@longshore/core/driver";
import { Changes } from "./changes.ts";
import type { Cluster } from "./cluster.ts";
import type { Deployments } from "./deployments.ts";
import { LogPlacer } from "./log-placer.ts";
import { mainStatus } from "./map-pod-state.ts";
import { instanceOf, isStopped } from "./map-service-state.ts";
import type { PodFeed } from "./pod-feed.ts";
import { readRun, untilGone } from "./read-run.ts";

export interface ServiceLogParts {
  readonly cluster: Cluster;
  readonly deployments: Deployments;
  readonly feed: PodFeed;
}
type Query = DriverLogQuery & { readonly id: WorkloadId };
/** A container that has ended is started again after a pause, which a kubelet lets grow to five minutes. */
const lookMs = 5_000;

const restartsOf = (pod: V1Pod | undefined): number => (pod === undefined ? 0 : (mainStatus(pod)?.restartCount ?? 0));
const hasLog = (pod: V1Pod): boolean => {
  const { state, lastState, containerID } = mainStatus(pod) ?? {};
  return containerID !== undefined || state?.running !== undefined || lastState?.terminated !== undefined;
};

/** Every instance's, beside each other; with `follow` also of those that come later, until the service is stopped or gone. */
export async function* readServiceLogs(
  parts: ServiceLogParts,
  query: Query,
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const left = new AbortController();
  const signal = AbortSignal.any([call.signal, left.signal]);
  const merged = new MergedBatches<DriverLogItem>();
  const over = query.follow ? attend(parts, { query, merged }, signal) : readAll(parts, { query, merged }, signal);
  over.catch(() => {}); // whoever reads hears of it
  try {
    yield* merged.read(over, signal);
  } finally {
    left.abort(new Error("nobody reads any more"));
  }
}

interface Reading {
  readonly query: Query;
  readonly merged: MergedBatches<DriverLogItem>;
}
async function readAll(
  { cluster, deployments }: ServiceLogParts,
  { query, merged }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const pods = await deployments.instances(query.id, signal);
  await Promise.all(pods.filter(hasLog).map((pod) => merged.add(readRuns(cluster, { pod, query }, signal))));
}

/** The runs that there are: at most the last and the one before. */
async function* readRuns(
  cluster: Cluster,
  { pod, query }: { readonly pod: V1Pod; readonly query: Query },
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], LogPlacer, void> {
  const { since, tail, positions = {} } = query;
  let position = positions[instanceOf(pod)] ?? "";
  let placer = new LogPlacer(instanceOf(pod), position);
  const rest = { follow: false, ...(since !== undefined && { since }), ...(tail !== undefined && { tail }) };
  const hadRun = mainStatus(pod)?.state?.running !== undefined || mainStatus(pod)?.state?.terminated !== undefined;
  for (const previous of restartsOf(pod) > 0 && hadRun ? [true, false] : [false]) {
    yield* untilGone(
      readRun(cluster, { ...rest, pod, position, placer, previous, resumed: previous || restartsOf(pod) === 0 }, signal),
    );
    ({ position, placer } = placer.again());
  }
  return placer;
}

async function attend(parts: ServiceLogParts, { query, merged }: Reading, signal: AbortSignal): Promise<void> {
  const { deployments, feed } = parts;
  const readers = new Map<string, Promise<void>>();
  using changes = new Changes(feed, query.id);
  for (;;) {
    const view = await deployments.view(query.id, signal);
    for (const pod of view?.pods ?? []) {
      const uid = pod.metadata?.uid ?? "";
      if (!readers.has(uid) && hasLog(pod)) readers.set(uid, merged.add(followInstance(parts, { pod, query }, signal)));
    }
    const over = view === undefined || (isStopped(view.deployment) && view.pods.length === 0);
    if (over) return void (await Promise.all(readers.values()));
    await changes.next(signal);
  }
}

/** One run after the other, until the pod is gone. */
async function* followInstance(
  parts: ServiceLogParts,
  { pod, query }: { readonly pod: V1Pod; readonly query: Query },
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { cluster, feed } = parts;
  let placer = yield* readRuns(cluster, { pod, query }, signal);
  let seen: V1Pod | undefined = pod;
  for (let restarts = restartsOf(pod); seen !== undefined;) {
    const { position, placer: next } = placer.again();
    placer = next;
    yield* untilGone(readRun(cluster, { pod, follow: true, position, placer }, signal));
    const ended = placer.again();
    placer = ended.placer;
    // A kubelet may end a followed log before its last lines; by now they may be those of the run before.
    seen = await look(parts, { query, pod }, signal);
    const previous = restartsOf(seen) > restarts;
    yield* untilGone(readRun(cluster, { pod, follow: false, ...ended, previous }, signal));
    if (seen !== undefined && !previous) seen = await nextRun(feed, { id: query.id, pod: seen, restarts }, signal);
    restarts = restartsOf(seen);
  }
}
async function look(
  { deployments }: ServiceLogParts,
  { query, pod }: { readonly query: Query; readonly pod: V1Pod },
  signal: AbortSignal,
): Promise<V1Pod | undefined> {
  return (await deployments.instances(query.id, signal)).find(({ metadata }) => metadata?.uid === pod.metadata?.uid);
}

/** The pod when its container runs again; undefined when it is gone. After a while as it is. */
async function nextRun(
  feed: PodFeed,
  { id, pod, restarts }: { readonly id: WorkloadId; readonly pod: V1Pod; readonly restarts: number },
  signal: AbortSignal,
): Promise<V1Pod | undefined> {
  const { promise, resolve } = Promise.withResolvers<V1Pod | undefined>();
  const timer = setTimeout(resolve, lookMs, pod);
  using _listening = feed.listen((news) => {
    if (!("id" in news) || news.id !== id || news.pod.metadata?.uid !== pod.metadata?.uid) return;
    if (news.kind === "removed") resolve(undefined);
    else if (restartsOf(news.pod) > restarts && mainStatus(news.pod)?.state?.running !== undefined) resolve(news.pod);
  });
  return await orAbort(signal, () => promise).finally(() => clearTimeout(timer));
}
