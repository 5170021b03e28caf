import { isWorkloadId, type Leftover, type ListFilter, type Workload } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { lookAtTask } from "./look-at-task.ts";
import { toTask } from "./map-process-state.ts";
import { namesIn, passingFolders, toLeftover } from "./passing-folders.ts";
import type { TaskPlaces } from "./task-places.ts";

const hasLabels = ({ labels }: Workload, wanted: ListFilter["labels"] = {}): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** The owner's. A folder whose record is damaged is a leftover: there is no other way to be rid of it. */
export async function* listTasks(
  places: TaskPlaces,
  filter: ListFilter,
  { signal }: Call,
): AsyncGenerator<Workload | Leftover, void, void> {
  for (const id of (await namesIn(places.folder)).filter(isWorkloadId)) {
    signal.throwIfAborted();
    const path = places.task(id);
    const seen = await lookAtTask(path).catch(() => "damaged" as const);
    const found = seen === "damaged" ? await toLeftover({ path, id, inHand: false }) : seen && toTask(path, seen);
    if (found === undefined) continue;
    if (found.kind === "leftover" || (filter.kind !== "service" && hasLabels(found, filter.labels))) yield found;
  }
  for (const passing of await passingFolders(places.folder)) {
    const leftover = passing.inHand ? undefined : await toLeftover(passing);
    if (leftover !== undefined) yield leftover;
  }
}
