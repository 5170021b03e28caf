import type { WorkloadId } from "@longshore/core";
import type { DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { executionName } from "./executions.ts";
import type { Job } from "./jobs.ts";
import { LogPlacer, readPosition } from "./log-placer.ts";
import type { Followed, Start } from "./log-reader.ts";
import { hasEnded, mapTaskState } from "./map-task-state.ts";
import { lastPart, noSuchWorkload } from "./native-names.ts";
import { toMillis, toNanos } from "./timestamps.ts";
import { defaultQuietMs } from "./verdicts.ts";

export interface CloudRunLogQuery extends DriverLogQuery {
  readonly id: WorkloadId;
}
export const defaultOverlapMs = 10_000;
/** Clocks differ, and programs write their own times. */
const earlierNs = 60_000_000_000n;

/** What only some instances of a log have a position for is read from its beginning. */
function startOf({ positions = {}, since }: DriverLogQuery, { source, born }: Followed): Start {
  const points = Object.values(positions).map(readPosition);
  const [first] = points;
  if (source.kind === "job" && first !== undefined) return { at: first.at, received: first.received };
  if (since !== undefined) return { at: BigInt(Date.parse(since)) * 1_000_000n };
  return { at: born - earlierNs };
}

interface Reading {
  readonly followed: Followed;
  readonly query: DriverLogQuery;
}
/** One log by the shared poller. With `follow`, to its end: nothing new for a while after its program has ended. */
async function* readLog(
  parts: CloudRunParts,
  { followed, query }: Reading,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { logQuietMs = defaultQuietMs, logOverlapMs: overlapMs = defaultOverlapMs } = parts.config;
  const { positions, since, follow } = query;
  const placer = new LogPlacer({
    overlapMs,
    ...(positions !== undefined && { positions }),
    ...(since !== undefined && { since }),
  });
  const now = (): number => Date.parse(parts.host.clock.now());
  // Looked at before the reading: what was written until then is read to its end.
  let ended = follow ? await followed.ended(signal) : 0;
  let newsAt = ended ?? now();
  using reader = parts.poller.open(followed.source, startOf(query, followed));
  for await (const heard of reader.read(signal)) {
    if ("entries" in heard) {
      const items = placer.items(heard.entries);
      if (items.length === 0) continue;
      yield items;
      if (reader.isCaughtUp) newsAt = now();
      continue;
    }
    const began = now() - (performance.now() - heard.began);
    if (!follow || (ended !== undefined && began - newsAt >= logQuietMs)) return;
    if (ended !== undefined) continue;
    ended = await followed.ended(signal);
    if (ended !== undefined) newsAt = Math.max(newsAt, ended);
  }
}

/** Of a job whose execution is not there yet, what the job says of it. */
function followTask(parts: CloudRunParts, job: Job): Followed {
  const name = executionName(job);
  const ended = async (signal: AbortSignal): Promise<number | undefined> => {
    const execution = await parts.executions.look(name, signal);
    if (execution !== undefined) return hasEnded(execution) ? toMillis(execution.completionTime ?? {}) : undefined;
    const current = await parts.jobs.get(job.name ?? "", signal);
    if (current === undefined || current.uid !== job.uid) return 0;
    const state = mapTaskState({ job: current });
    return state.phase === "exited" ? Date.parse(state.finishedAt) : undefined;
  };
  return { source: { kind: "job", name: lastPart(name) }, born: toNanos(job.createTime ?? {}), ended };
}

export async function* readCloudRunLogs(
  parts: CloudRunParts,
  { id, ...query }: CloudRunLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const job = await parts.jobs.find(id, signal);
  if (job !== undefined) return yield* readLog(parts, { followed: followTask(parts, job), query }, signal);
  const service = await parts.services.followed(id, signal);
  if (service === undefined) throw noSuchWorkload(id, "logs");
  yield* readLog(parts, { followed: service, query }, signal);
}
