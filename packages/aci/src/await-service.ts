import type { ContainerGroup } from "@azure/arm-containerinstance";
import type { WorkloadId } from "@longshore/core";
import { lookUntil, retry, type SeenAtLast } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { isTransitioning } from "./classify-aci-error.ts";
import { generationOf, isReady, newestOf } from "./map-service-state.ts";
import { isUnprovisioned, mainOf } from "./map-task-state.ts";
import { tag } from "./native-names.ts";
import { pollMsOf } from "./poll-ms.ts";

type Members = readonly ContainerGroup[];
interface ServiceWait {
  readonly id: WorkloadId;
  readonly is: (members: Members) => boolean;
  readonly limitMs: number;
}
/** What was seen last when it is so, or when the time is over. */
export const awaitService = (
  { groups, ...parts }: AciParts,
  { id, is, limitMs }: ServiceWait,
  signal: AbortSignal,
): Promise<SeenAtLast<Members>> =>
  lookUntil({ look: () => groups.members(id, signal), is, everyMs: pollMsOf(parts), limitMs }, signal);
/** As many as are wanted are ready, of that generation. */
export const areReady =
  (generation: string) =>
  (members: Members): boolean => {
    const current = members.filter((group) => generationOf(group) === generation);
    const wanted = Number(newestOf(current)?.tags?.[tag.replicas] ?? 1);
    return current.length >= wanted && current.every(isReady);
  };

/** What else is done to a group takes its time. */
const restAttempts = 15;
export const atRest = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  retry({ signal, attempts: restAttempts, when: isTransitioning }, work);

/** What is not ready says why, as far as Azure does. */
export function whyUnready(members: Members): string {
  const said = members
    .filter((group) => !isReady(group))
    .flatMap((group) => [
      mainOf(group)?.instanceView?.currentState?.detailStatus,
      ...(mainOf(group)?.instanceView?.events ?? []).slice(-1).map(({ message }) => message),
      isUnprovisioned(group) ? (group.instanceView?.events ?? []).at(-1)?.message : undefined,
    ]);
  return [...new Set(said)].filter(Boolean).join("; ") || "Azure does not say why";
}
