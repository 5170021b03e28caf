import { instant, LongshoreError, type Mebibytes, type MilliCpu, type Sample, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { Containers } from "./containers.ts";
import type { Engine } from "./engine.ts";
import { findInstance, hasEnded, instanceName } from "./find-instance.ts";
import { readJsonLines } from "./read-json-lines.ts";

interface Parts {
  readonly engine: Engine;
  readonly containers: Containers;
}
/** What of a line of `GET /containers/ID/stats` is used. */
export interface ContainerReading {
  /** Go's zero time once the container does not run. */
  readonly read: string;
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}
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

/** To the end of the container. The engine goes on after it, with readings of nothing. */
export async function* containerStats(
  { engine, containers }: Parts,
  id: WorkloadId,
  { signal }: Call,
): AsyncGenerator<Sample, void, void> {
  const container = await findInstance(containers, { id }, signal);
  if (!container.State.Running) return;
  const path = `/containers/${container.Id}/stats`;
  const body = await engine.stream("stats", signal, { path, query: { stream: true } });
  let before: ContainerReading | undefined;
  try {
    for await (const line of readJsonLines(body)) {
      const now = line as ContainerReading;
      if (now.read.startsWith("0001-")) return;
      const sample = before === undefined ? undefined : toSample(instanceName(container), before, now);
      before = now;
      if (sample !== undefined) yield sample;
    }
  } finally {
    body.destroy();
  }
  if (await hasEnded(engine, container, signal)) return;
  throw new LongshoreError("the samples ended while the container runs", { code: "unavailable", operation: "stats" });
}
