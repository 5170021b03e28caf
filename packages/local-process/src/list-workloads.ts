import { isWorkloadId, type Leftover, type ListFilter, type Workload, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { lookAtWorkload } from "./look-at-workload.ts";
import { namesIn, passingFolders, toLeftover } from "./passing-folders.ts";
import type { TaskPlaces } from "./task-places.ts";

const hasLabels = ({ labels }: Workload, wanted: ListFilter["labels"] = {}): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

export interface Listing {
  readonly filter: ListFilter;
  /** Hears of a service that somebody ought to keep, and nobody does. */
  readonly unkept: (id: WorkloadId) => void;
}

/** The owner's. A folder whose record is damaged is a leftover: there is no other way to be rid of it. */
export async function* listWorkloads(
  places: TaskPlaces,
  { filter, unkept }: Listing,
  { signal }: Call,
): AsyncGenerator<Workload | Leftover, void, void> {
  for (const id of (await namesIn(places.folder)).filter(isWorkloadId)) {
    signal.throwIfAborted();
    const path = places.task(id);
    const seen = await lookAtWorkload(path, () => unkept(id)).catch(() => "damaged" as const);
    const found = seen === "damaged" ? await toLeftover({ path, id, inHand: false }) : seen;
    if (found === undefined) continue;
    const wanted = found.kind === "leftover" || ((filter.kind ?? found.kind) === found.kind && hasLabels(found, filter.labels));
    if (wanted) yield found;
  }
  for (const passing of await passingFolders(places.folder)) {
    const leftover = passing.inHand ? undefined : await toLeftover(passing);
    if (leftover !== undefined) yield leftover;
  }
}
