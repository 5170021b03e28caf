import { instant, LongshoreError, type Mebibytes, type MilliCpu, type Sample, type WorkloadId } from "@longshore/core";
import { type Call, sleep, MergedBatches, readJsonLines } from "@longshore/core/driver";
import { shortId } from "./container-names.ts";
import { findInstances, hasEnded, type SessionParts } from "./find-instance.ts";

/** What of a line of `GET /containers/ID/stats` is used. */
export interface ContainerReading {
  /** Go's zero time once the container does not run. */
  readonly read: string;
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}
/** For instances that came since. */
const lookAgainMs = 5000;
const bytesPerMi = 1_048_576;
const nanosPerMilli = 1_000_000n;

/** As `docker stats` counts: without the file pages that the kernel would give up first; cgroup v1 names them for the whole tree. */
function memoryOf({ memory_stats: { usage = 0, stats = {} } }: ContainerReading): Mebibytes {
  const cached = stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0;
  return ((cached < usage ? usage - cached : usage) / bytesPerMi) as Mebibytes;
}
/** Nanoseconds: the time between two readings is about a second, and a millisecond's error would show. */
const timeOf = ({ read }: ContainerReading): bigint => {
  const [, fraction = ""] = /\.(\d+)/.exec(read) ?? [];
  return BigInt(Math.floor(Date.parse(read.replace(/\.\d+/, "")))) * nanosPerMilli + BigInt(fraction.padEnd(9, "0").slice(0, 9));
};

/** Pure. Undefined where the two say nothing of what lies between them. */
export function toSample(instance: string, before: ContainerReading, now: ContainerReading): Sample | undefined {
  const elapsed = Number(timeOf(now) - timeOf(before));
  const used = now.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
  if (elapsed <= 0 || used < 0) return undefined;
  const cpu = Math.round((used / elapsed) * 1000) as MilliCpu;
  return { at: instant(now.read), instance, cpu, memory: memoryOf(now) };
}

/** To the end of one container. The engine goes on after it, with readings of nothing. */
async function* samplesOf(
  parts: SessionParts,
  container: string,
  { signal }: Call,
): AsyncGenerator<readonly Sample[], void, void> {
  const body = await parts.engine.stream("stats", signal, { path: `/containers/${container}/stats`, query: { stream: true } });
  let before: ContainerReading | undefined;
  try {
    for await (const line of readJsonLines(body)) {
      const now = line as ContainerReading;
      if (now.read.startsWith("0001-")) return;
      const sample = before === undefined ? undefined : toSample(shortId(container), before, now);
      before = now;
      if (sample !== undefined) yield [sample];
    }
  } finally {
    body.destroy();
  }
  if (await hasEnded(parts, container, signal)) return;
  throw new LongshoreError("the samples ended while the container runs", { code: "unavailable", operation: "stats" });
}

/** Of all instances that run; of a service also of those that come later. Ends when none runs any more. */
export async function* containerStats(parts: SessionParts, id: WorkloadId, call: Call): AsyncGenerator<Sample, void, void> {
  const merged = new MergedBatches<Sample>();
  const read = new Map<string, Promise<void>>();
  const follow = async (): Promise<void> => {
    for (;;) {
      for (const { container, running } of await instancesNow(parts, id, call)) {
        if (!running || read.has(container)) continue;
        const reading = merged.add(samplesOf(parts, container, call));
        read.set(
          container,
          reading.finally(() => read.delete(container)),
        );
      }
      if (read.size === 0) return;
      const nap = new AbortController();
      await Promise.race([...read.values(), sleep(lookAgainMs, AbortSignal.any([call.signal, nap.signal]))]);
      nap.abort();
    }
  };
  await findInstances(parts, { id }, call.signal);
  for await (const samples of merged.read(follow(), call.signal)) yield* samples;
}

/** None, where it has been taken away or stopped meanwhile. */
const instancesNow = (parts: SessionParts, id: WorkloadId, { signal }: Call): ReturnType<typeof findInstances> =>
  findInstances(parts, { id }, signal).catch((error: unknown) => {
    if (LongshoreError.is(error, "not-found") || LongshoreError.is(error, "conflict")) return [];
    throw error;
  });
