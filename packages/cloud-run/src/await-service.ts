import type { WorkloadId } from "@longshore/core";
import { lookUntil, type SeenAtLast } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { isReady, type SeenService } from "./map-service-state.ts";
import { pollMsOf } from "./until-over.ts";

export interface ServiceWait {
  readonly id: WorkloadId;
  /** Undefined is a service that is gone. */
  readonly is: (seen: SeenService | undefined) => boolean;
  readonly limitMs: number;
}
/** What was seen last when it is so, or when the time is over. */
export const awaitService = (
  parts: CloudRunParts,
  { id, is, limitMs }: ServiceWait,
  signal: AbortSignal,
): Promise<SeenAtLast<SeenService | undefined>> =>
  lookUntil({ look: () => parts.services.look(id, signal), is, everyMs: pollMsOf(parts), limitMs }, signal);

/** What is not ready says why, as far as Cloud Run does. */
export function whyUnready(seen: SeenService | undefined): string {
  if (seen === undefined) return "it is gone";
  const revision = seen.revisions.find(({ name }) => name === seen.resource.latestCreatedRevision);
  const said = revision === undefined || isReady(revision) ? [] : (revision.conditions ?? []).map(({ message }) => message);
  return (
    [...new Set([seen.resource.terminalCondition?.message, ...said])].filter(Boolean).join("; ") || "Cloud Run does not say why"
  );
}
