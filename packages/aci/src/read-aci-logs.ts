import type { ContainerGroup } from "@azure/arm-containerinstance";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import { type DriverLogItem, type DriverLogQuery, MergedBatches, sleep } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { isStopped, runOf } from "./map-service-state.ts";
import { isOver } from "./map-task-state.ts";
import { taskName } from "./native-names.ts";
import { GroupLog, readGroupLog } from "./read-group-log.ts";
import { pollMsOf } from "./poll-ms.ts";

export interface AciLogQuery extends DriverLogQuery {
  readonly id: WorkloadId;
}
const unknown = (id: WorkloadId): LongshoreError =>
  new LongshoreError("there is no such workload", { code: "not-found", operation: "logs", workload: id });

/** Every run of a service, also those whose lines are in the store alone; while it is followed every one that comes. */
async function* readServiceLog(
  parts: AciParts,
  { id, ...query }: AciLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { groups, spools } = parts;
  const merged = new MergedBatches<DriverLogItem>();
  const known = new Set<string>();
  const reading: Promise<void>[] = [];
  const join = (members: readonly ContainerGroup[]): void => {
    for (const group of members) {
      if (known.has(runOf(group))) continue;
      known.add(runOf(group));
      reading.push(merged.add(readGroupLog(parts, { ...query, group }, signal)));
    }
  };
  const joinStored = async (members: readonly ContainerGroup[]): Promise<void> => {
    const live = new Set(members.map(runOf));
    for (const run of (await spools?.runs(id, signal)) ?? []) {
      if (live.has(run) || known.has(run) || spools === undefined) continue;
      known.add(run);
      reading.push(merged.add(new GroupLog(parts, run, query).stored(spools.ofRun(id, run), signal)));
    }
  };
  const goOn = async (): Promise<void> => {
    for (;;) {
      const members = await groups.members(id, signal);
      join(members);
      await joinStored(members);
      const isEnd = members.length === 0 || (isStopped(members) && members.every(isOver));
      if (!query.follow || isEnd) break;
      await sleep(pollMsOf(parts), signal);
    }
    await Promise.all(reading);
  };
  yield* merged.read(goOn(), signal);
}

export async function* readAciLogs(
  parts: AciParts,
  query: AciLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { groups, host, ended } = parts;
  const { id } = query;
  const group = await groups.find(taskName(host.owner, id), signal);
  if (group !== undefined) return yield* readGroupLog(parts, { ...query, group }, signal);
  if (ended.has(id)) return;
  if ((await groups.of(id, signal)).length === 0) throw unknown(id);
  yield* readServiceLog(parts, query, signal);
}
