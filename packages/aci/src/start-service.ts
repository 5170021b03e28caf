import type { ContainerGroup } from "@azure/arm-containerinstance";
import type { WorkloadSpec } from "@longshore/core";
import type { Call, Plan } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { createGroup } from "./create-group.ts";
import { createdAt, generationOf, isStopped, newestOf } from "./map-service-state.ts";
import { firstGeneration, instanceName, tag } from "./native-names.ts";
import { requestOf, type Starting } from "./start-task.ts";
import type { AciRequest } from "./to-aci-request.ts";

export interface Filling {
  readonly spec: WorkloadSpec;
  readonly plan: Plan<AciRequest>;
  readonly generation: string;
  /** All that there are of the service. */
  readonly members: readonly ContainerGroup[];
}
/** Every group of a generation that is not there yet, each by its name. */
export async function fillService(parts: AciParts, filling: Filling, signal: AbortSignal): Promise<readonly ContainerGroup[]> {
  const { spec, plan, generation, members } = filling;
  const { group } = requestOf(plan);
  const there = new Set(members.map(({ name }) => name));
  const created = members.length === 0 ? {} : { [tag.created]: createdAt(members) };
  const places = plan.requests.map((_, index) => ({ index, generation }));
  const missing = places.filter((place) => !there.has(instanceName(parts.host.owner, spec.id, place)));
  return Promise.all(
    missing.map((place) => {
      const tags = { [tag.index]: String(place.index), [tag.generation]: generation, ...created };
      return createGroup(parts, { name: instanceName(parts.host.owner, spec.id, place), group, spec, tags }, signal);
    }),
  );
}

/** A group for each replica. What is missing of what is there is added; what is stopped stays so. */
export async function startService(
  parts: AciParts,
  { order, plan }: Starting,
  { signal }: Call,
): Promise<readonly ContainerGroup[]> {
  const { spec, specHash } = order;
  const members = await parts.groups.members(spec.id, signal);
  const newest = newestOf(members);
  if (isStopped(members) || (newest !== undefined && newest.tags?.[tag.hash] !== specHash)) return members;
  const generation = newest === undefined ? firstGeneration(specHash) : generationOf(newest);
  return [...members, ...(await fillService(parts, { spec, plan, generation, members }, signal))];
}
