import type { WorkloadId } from "@longshore/core";
import { lookUntil, type SeenAtLast } from "@longshore/core/driver";
import type { Deployment } from "@aws-sdk/client-ecs";
import type { EcsParts } from "./ecs-parts.ts";
import { isReady, type SeenService } from "./map-ecs-service.ts";
import { isOver, mainOf } from "./map-task-state.ts";
import { pollMsOf } from "./until-over.ts";

export interface ServiceWait {
  readonly id: WorkloadId;
  /** Undefined is a service that is gone. */
  readonly is: (seen: SeenService | undefined) => boolean;
  readonly limitMs: number;
}
/** What was seen last when it is so, or when the time is over. */
export const awaitService = (
  parts: EcsParts,
  { id, is, limitMs }: ServiceWait,
  signal: AbortSignal,
): Promise<SeenAtLast<SeenService | undefined>> =>
  lookUntil({ look: () => parts.services.look(id, signal), is, everyMs: pollMsOf(parts), limitMs }, signal);
const primaryOf = ({ service: { deployments = [] } }: SeenService): Deployment | undefined =>
  deployments.find(({ status }) => status === "PRIMARY");

/** Every task there is, is of the newest deployment and ready, and there are as many as wanted. */
export function isWhole(seen: SeenService): boolean {
  const primary = primaryOf(seen);
  const live = seen.tasks.filter((task) => !isOver(task));
  const isCurrent = (startedBy: string | undefined): boolean => startedBy === primary?.id;
  const ready = live.filter((task) => isReady(task, seen.facts.probed) && isCurrent(task.startedBy));
  return live.length === seen.service.desiredCount && ready.length === live.length;
}
/** The circuit breaker has given this deployment up. */
export const hasFailed = (seen: SeenService): boolean => primaryOf(seen)?.rolloutState === "FAILED";

/** What is not ready says why, as far as ECS does. */
export function whyUnready(seen: SeenService | undefined): string {
  if (seen === undefined) return "it is gone";
  const said = seen.tasks.flatMap((task) => mainOf(task)?.reason ?? []);
  const [event] = seen.service.events ?? [];
  return (
    [...new Set([...said, primaryOf(seen)?.rolloutStateReason, event?.message])].filter(Boolean).join("; ") ||
    "ECS does not say why"
  );
}
