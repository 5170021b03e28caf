import type { ContainerGroup } from "@azure/arm-containerinstance";
import type { Leftover, ListFilter, Workload, WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { toService } from "./map-service-state.ts";
import { tag, taskName } from "./native-names.ts";
import { settle } from "./settle.ts";

async function inspectOne(parts: AciParts, id: WorkloadId, signal: AbortSignal): Promise<DriverInspection> {
  const { groups, host } = parts;
  const group = await groups.find(taskName(host.owner, id), signal);
  if (group !== undefined) {
    // Whoever looks after it captures its lines as well: who started it may be gone.
    parts.spools?.track(group);
    return settle(parts, group, signal);
  }
  const given = parts.ended.get(id);
  if (given !== undefined) return given;
  const members = await groups.members(id, signal);
  for (const member of members) parts.spools?.track(member);
  return members.length === 0 ? { kind: "absent", id } : toService(members);
}

/** A list does not tell how a group is: each is looked at. Of many, a few at a time, and the others as they were seen last. */
export async function inspectWorkloads(
  parts: AciParts,
  ids: readonly WorkloadId[],
  signal: AbortSignal,
): Promise<readonly DriverInspection[]> {
  const { looks } = parts;
  const now = new Set(looks.choose(ids));
  return Promise.all(
    ids.map(async (id) => {
      const known = now.has(id) ? undefined : looks.last(id);
      if (known !== undefined) return known;
      const seen = await inspectOne(parts, id, signal);
      looks.keep(id, seen);
      return seen;
    }),
  );
}

const isWanted = ({ labels }: Workload, { labels: wanted = {} }: ListFilter): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** By a list of the resource group, and a look at each: what bears an id is all there is of it, so that nothing is left over. */
export async function* listWorkloads(
  parts: AciParts,
  filter: ListFilter,
  signal: AbortSignal,
): AsyncGenerator<Workload | Leftover, void, void> {
  const groups = await parts.groups.list(signal);
  const ids = new Map<WorkloadId, ContainerGroup>();
  for (const group of groups) ids.set((group.tags?.[tag.id] ?? "") as WorkloadId, group);
  for (const [id, { tags }] of ids) {
    if (filter.kind !== undefined && tags?.[tag.kind] !== filter.kind) continue;
    const seen = await inspectOne(parts, id, signal);
    if ((seen.kind === "task" || seen.kind === "service") && isWanted(seen, filter)) yield seen;
  }
}
