import type { ContainerGroup, Event as GroupEvent } from "@azure/arm-containerinstance";
import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import type { DriverLogItem } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { runOf } from "./map-service-state.ts";
import { taskName } from "./native-names.ts";

interface Told {
  readonly at: number;
  readonly text: string;
}
function toldBy(of: string, { name = "", message = "", type = "", count = 1, firstTimestamp, lastTimestamp }: GroupEvent): Told {
  const times = count > 1 ? ` (${count} times, last ${lastTimestamp?.toISOString() ?? "unknown"})` : "";
  return { at: firstTimestamp?.getTime() ?? 0, text: `${of}: ${type} ${name} ${message}${times}` };
}
function eventsOf(group: ContainerGroup): readonly Told[] {
  const { instanceView, containers, initContainers = [] } = group;
  const all = [...initContainers, ...containers].flatMap(({ name, instanceView: view }) =>
    (view?.events ?? []).map((event) => toldBy(`container ${name}`, event)),
  );
  return [...(instanceView?.events ?? []).map((event) => toldBy("group", event)), ...all];
}
function toItems(group: ContainerGroup): readonly DriverLogItem[] {
  const sorted = eventsOf(group).toSorted((one, other) => one.at - other.at);
  return sorted.map(({ at, text }, index): DriverLogItem => {
    const bytes = new TextEncoder().encode(`${text.replace(/\s+/g, " ")}\n`);
    return { kind: "bytes", stream: "stdout", instance: runOf(group), at: instant(at), bytes, position: `${at}.${index}` };
  });
}

/** What Azure tells of each group and its containers: pulls, starts, ends, probes that failed. */
export async function* readBackendLogs(
  { groups, host }: AciParts,
  id: WorkloadId,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const task = await groups.find(taskName(host.owner, id), signal);
  const all = task === undefined ? await groups.members(id, signal) : [task];
  if (all.length === 0)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "backendLogs", workload: id });
  for (const group of all) yield toItems(group);
}
