import type { ContainerGroup } from "@azure/arm-containerinstance";
import { instant, type Task, type WorkloadId } from "@longshore/core";
import { currentOf, mapTaskState } from "./map-task-state.ts";
import { labelsIn, tag } from "./native-names.ts";

/** Pure. */
export function toTask(group: ContainerGroup): Task {
  const { tags = {} } = group;
  const state = mapTaskState(group);
  const began = currentOf(group)?.startTime?.getTime();
  const timeoutMs = Number(tags[tag.timeout] ?? Number.NaN);
  const limited = Number.isFinite(timeoutMs) && began !== undefined && state.phase !== "exited";
  return {
    kind: "task",
    id: (tags[tag.id] ?? "") as WorkloadId,
    nativeId: group.id ?? "",
    specHash: tags[tag.hash] ?? "",
    labels: labelsIn(tags),
    createdAt: instant(tags[tag.created] ?? 0),
    state,
    ...(limited && { deadline: instant(began + timeoutMs) }),
  };
}
