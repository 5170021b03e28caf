import type { protos } from "@google-cloud/run";
import { instant, type WorkloadId } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { executionName } from "./executions.ts";
import { seeTask } from "./inspect-workloads.ts";
import type { Job } from "./jobs.ts";
import { lastPart, noSuchWorkload } from "./native-names.ts";
import type { Source } from "./read-entry.ts";
import { fromNanos, toNanos } from "./timestamps.ts";

interface Said {
  readonly at: bigint;
  readonly text: string;
}
type Condition = protos.google.cloud.run.v2.ICondition;
interface Speaking {
  readonly conditions?: readonly Condition[] | null | undefined;
  readonly terminalCondition?: Condition | null | undefined;
}

function conditionsOf(what: string, { conditions, terminalCondition }: Speaking = {}): readonly Said[] {
  const all = [...(conditions ?? []), ...(terminalCondition == null ? [] : [terminalCondition])];
  return all.map(({ type, state, reason, executionReason, revisionReason, message, lastTransitionTime }) => {
    const why = executionReason ?? revisionReason ?? reason;
    const text = [`${what}: ${type} ${String(state)}`, why, message].filter(Boolean).join(", ");
    return { at: toNanos(lastTransitionTime ?? {}), text };
  });
}
/** What the platform has written to its own log of it. */
async function systemLines({ poller }: CloudRunParts, source: Source, signal: AbortSignal): Promise<readonly Said[]> {
  using reader = poller.open(source, { at: 0n });
  const found: Said[] = [];
  for await (const heard of reader.read(signal)) {
    if (!("entries" in heard)) return found;
    for (const { log, at, text } of heard.entries) if (log === "system") found.push({ at, text });
  }
  return found;
}
function toItems(instance: string, said: readonly Said[]): readonly DriverLogItem[] {
  const sorted = said.toSorted((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
  return sorted.map(({ at, text }, index): DriverLogItem => {
    const bytes = new TextEncoder().encode(`${text.replace(/\s+/g, " ")}\n`);
    return {
      kind: "bytes",
      stream: "stdout",
      instance,
      at: at === 0n ? instant(0) : fromNanos(at),
      bytes,
      position: `${at}.${index}`,
    };
  });
}
async function ofTask(parts: CloudRunParts, job: Job, signal: AbortSignal): Promise<readonly DriverLogItem[]> {
  const name = lastPart(executionName(job));
  const { execution, task } = await seeTask(parts, job, signal);
  const lines = await systemLines(parts, { kind: "job", name }, signal);
  const conditions = [...conditionsOf("job", job), ...conditionsOf("execution", execution), ...conditionsOf("task", task)];
  return toItems(name, [...conditions, ...lines]);
}

/** What Cloud Run itself tells: the conditions of the job, its execution and its task, and the platform's log. */
export async function* readBackendLogs(
  parts: CloudRunParts,
  id: WorkloadId,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const job = await parts.jobs.find(id, signal);
  if (job !== undefined) return yield await ofTask(parts, job, signal);
  const seen = await parts.services.look(id, signal);
  if (seen === undefined) throw noSuchWorkload(id, "backendLogs");
  const { kind, resource, revisions } = seen;
  const name = lastPart(resource.name ?? "");
  const conditions = revisions.flatMap((revision) => conditionsOf(lastPart(revision.name ?? ""), revision));
  const lines = await systemLines(parts, { kind, name }, signal);
  yield toItems(name, [...conditionsOf(kind, resource), ...conditions, ...lines]);
}
