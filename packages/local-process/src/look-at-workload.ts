import type { Workload } from "@longshore/core";
import { lookAtService, toService } from "./look-at-service.ts";
import { lookAtTask } from "./look-at-task.ts";
import { toTask } from "./map-process-state.ts";

/** Undefined where there is no such folder. `unkept` hears of a service that somebody ought to keep, and nobody does. */
export async function lookAtWorkload(folder: string, unkept?: () => void): Promise<Workload | undefined> {
  const service = lookAtService(folder);
  if (service === undefined) {
    const task = await lookAtTask(folder);
    return task && toTask(folder, task);
  }
  if (service.keeper === undefined && service.order.stopped === undefined) unkept?.();
  return toService(service);
}
