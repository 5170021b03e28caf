import type { ContainerGroup } from "@azure/arm-containerinstance";
import { type Ending, type Instance, instant, type Instant, type Service, type WorkloadId } from "@longshore/core";
import { decideEnding } from "@longshore/core/driver";
import { intentOf, isOver, mainOf } from "./map-task-state.ts";
import { labelsIn, tag } from "./native-names.ts";

/** A failed probe is told of as an event, a good one not at all: so long after the last failure it counts as good. */
const unhealthyMs = 2500;

export const generationOf = ({ tags }: ContainerGroup): string => tags?.[tag.generation] ?? "";
/** The one that was made last. */
export const newestOf = (members: readonly ContainerGroup[]): ContainerGroup | undefined => members.at(-1);
export const isStopped = (members: readonly ContainerGroup[]): boolean =>
  members.length > 0 && members.every((group) => intentOf(group) !== undefined);
/** To be taken away, or restarted: nobody is sent there any more. */
const isLeaving = ({ tags }: ContainerGroup): boolean => tags?.[tag.leaving] !== undefined;

function isHealthy(group: ContainerGroup, startedAt: Date): boolean {
  const { readinessProbe: probe, instanceView } = mainOf(group) ?? {};
  if (probe === undefined) return true;
  const graceMs = (probe.periodSeconds ?? 10) * 1000 + unhealthyMs;
  const failed = (instanceView?.events ?? []).filter(
    ({ name, message = "" }) => name === "Unhealthy" && /readiness/i.test(message),
  );
  const last = Math.max(0, ...failed.map(({ lastTimestamp }) => lastTimestamp?.getTime() ?? 0));
  const now = Date.now();
  return now - last > graceMs && now - startedAt.getTime() > graceMs;
}
export function isReady(group: ContainerGroup): boolean {
  const current = mainOf(group)?.instanceView?.currentState;
  if (isLeaving(group) || intentOf(group) !== undefined || isOver(group)) return false;
  return current?.state === "Running" && current.startTime !== undefined && isHealthy(group, current.startTime);
}
function lastEnding(group: ContainerGroup): Ending | undefined {
  const previous = mainOf(group)?.instanceView?.previousState;
  const { exitCode, startTime, finishTime } = previous ?? {};
  if (exitCode === undefined || finishTime === undefined) return undefined;
  return decideEnding({
    ...(startTime !== undefined && { startedAt: instant(startTime.getTime()) }),
    finishedAt: instant(finishTime.getTime()),
    exit: { code: exitCode, evidence: `previousState exitCode ${exitCode}` },
  });
}
function phaseOf(group: ContainerGroup): Instance["phase"] {
  if (isOver(group)) return "exited";
  if (intentOf(group) !== undefined) return "stopping";
  const { state } = mainOf(group)?.instanceView?.currentState ?? {};
  return state === "Running" || state === "Terminated" ? "running" : "pending";
}
/** Those that we asked for are no restarts of its own. */
const restartsOf = (group: ContainerGroup): number =>
  Math.max(0, (mainOf(group)?.instanceView?.restartCount ?? 0) - Number(group.tags?.[tag.restarted] ?? 0));

export const runOf = ({ tags, name = "" }: ContainerGroup): string => tags?.[tag.run] ?? name;

function toInstance(group: ContainerGroup, generation: string): Instance {
  const [ending, restarts] = [lastEnding(group), restartsOf(group)];
  return {
    instance: runOf(group),
    phase: phaseOf(group),
    ready: isReady(group),
    restarts,
    current: generationOf(group) === generation,
    ...(ending !== undefined && restarts > 0 && { lastEnding: ending }),
  };
}

/** Its groups may have been made by several starts at once: the first counts. */
export const createdAt = (members: readonly ContainerGroup[]): Instant =>
  instant(members.map(({ tags }) => tags?.[tag.created] ?? "").sort()[0] || 0);

/** Pure. Of at least one group. */
export function toService(members: readonly ContainerGroup[]): Service {
  const newest = newestOf(members);
  const { tags = {}, id = "" } = newest ?? {};
  const generation = tags[tag.generation] ?? "";
  const instances = members.map((group) => toInstance(group, generation));
  return {
    kind: "service",
    id: (tags[tag.id] ?? "") as WorkloadId,
    nativeId: id.replace(/-\d+-[a-z0-9]+$/, ""),
    specHash: tags[tag.hash] ?? "",
    labels: labelsIn(tags),
    createdAt: createdAt(members),
    state: {
      desired: isStopped(members) ? 0 : Number(tags[tag.replicas] ?? 1),
      ready: instances.filter(({ ready }) => ready).length,
      restarts: instances.reduce((sum, { restarts }) => sum + restarts, 0),
      instances,
    },
  };
}
