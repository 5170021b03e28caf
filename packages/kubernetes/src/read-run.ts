import type { V1Pod } from "./objects.ts";
import { instant } from "@longshore/core";
import type { DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { hasStatus } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import type { LogEntry, LogPlacer } from "./log-placer.ts";
import { instanceOf } from "./map-service-state.ts";
import { mainContainer } from "./object-names.ts";
import { parsePodLog } from "./parse-pod-log.ts";

/** One reading of one run of a container. */
export interface Run extends Pick<DriverLogQuery, "follow" | "since" | "tail"> {
  readonly pod: V1Pod;
  readonly position: string;
  readonly placer: LogPlacer;
  /** The run before the one that there is now. */
  readonly previous?: boolean;
  /** The position is another process's: what the kubelet has rotated away since is a loss. */
  readonly resumed?: boolean;
}
/**
 * How far times go back where two streams are copied at the same moment: the two copiers stamp what they read, and either may be
 * the first to write it down. Generous; what it costs is that many seconds of log, read again at a resume.
 */
const slackMs = 5000;

/** As the kubelet takes times. */
const wholeSecond = (ms: number): string => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

async function* readEntries(cluster: Cluster, run: Run, signal: AbortSignal): AsyncGenerator<readonly LogEntry[], void, void> {
  const { pod, position, follow, since, tail, previous } = run;
  const from = position === "" ? since : instant(Date.parse(position) - slackMs);
  const query = {
    container: mainContainer,
    timestamps: true,
    ...(follow && { follow }),
    ...(previous === true && { previous }),
    ...(from !== undefined && { sinceTime: wholeSecond(Date.parse(from)) }),
    ...(position === "" && tail !== undefined && { tailLines: tail }),
  };
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${pod.metadata?.name ?? ""}/log`;
  const body = await cluster.stream("pod log", signal, { path, query });
  try {
    yield* parsePodLog(body);
  } finally {
    body.destroy();
  }
}

const lostBefore = (position: string, pod: V1Pod): DriverLogItem => ({
  kind: "gap",
  position,
  gap: "lost",
  reason: "the kubelet no longer has these lines",
  instance: instanceOf(pod),
});

export async function* readRun(
  cluster: Cluster,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  let resumed = run.resumed === true && run.position !== "";
  for await (const entries of readEntries(cluster, run, signal)) {
    const items: DriverLogItem[] = [];
    for (const entry of entries) {
      const item = run.placer.place(entry);
      if (item === undefined) continue;
      if (resumed && item.position > run.position) items.push(lostBefore(item.position, run.pod));
      resumed = false;
      items.push(item);
    }
    yield items;
  }
}

/** A container or a pod that was taken away meanwhile has no more to say. */
export async function* untilGone(
  items: AsyncIterable<readonly DriverLogItem[]>,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  try {
    yield* items;
  } catch (error) {
    if (!hasStatus(error, 400, 404)) throw error;
  }
}
