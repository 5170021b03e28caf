import { LongshoreError, type WorkloadId } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
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
export async function awaitService(
  parts: CloudRunParts,
  { id, is, limitMs }: ServiceWait,
  signal: AbortSignal,
): Promise<{ readonly seen: SeenService | undefined; readonly came: boolean }> {
  const latest = performance.now() + limitMs;
  for (;;) {
    const seen = await parts.services.look(id, signal);
    if (is(seen)) return { seen, came: true };
    if (performance.now() > latest) return { seen, came: false };
    await sleep(pollMsOf(parts), signal);
  }
}

/** What is not ready says why, as far as Cloud Run does. */
export function whyUnready(seen: SeenService | undefined): string {
  if (seen === undefined) return "it is gone";
  const revision = seen.revisions.find(({ name }) => name === seen.resource.latestCreatedRevision);
  const said = revision === undefined || isReady(revision) ? [] : (revision.conditions ?? []).map(({ message }) => message);
  return (
    [...new Set([seen.resource.terminalCondition?.message, ...said])].filter(Boolean).join("; ") || "Cloud Run does not say why"
  );
}
export const noSuchService = (id: WorkloadId, operation: string): LongshoreError =>
  new LongshoreError("no such service", { code: "not-found", operation, workload: id });
export const neverReady = (id: WorkloadId, operation: string, why: string): LongshoreError =>
  new LongshoreError(`it did not become ready in time: ${why}`, { code: "timeout", retryable: false, operation, workload: id });
