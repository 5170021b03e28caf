import type { StopResult, WorkloadId } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
import { awaitService } from "./await-service.ts";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { desiredOf, isSettled, runningOf, type SeenService } from "./map-service-state.ts";
import type { Found } from "./services.ts";
import { graceOf } from "./spec-adjustments.ts";
import { patienceMs, unconfirmed } from "./until-over.ts";

/** The wish for another number of instances, whoever else changes the service meanwhile. Undefined where there is none. */
export async function scale(
  parts: CloudRunParts,
  { id, count }: { readonly id: WorkloadId; readonly count: number },
  signal: AbortSignal,
): Promise<Found | undefined> {
  for (;;) {
    const found = await parts.services.find(id, signal);
    if (found === undefined || found.resource.deleteTime != null) return undefined;
    const { kind, resource } = found;
    if (desiredOf(resource) === count) return found;
    const scaling = { ...resource.scaling, manualInstanceCount: count };
    if (await parts.services.update({ kind, resource: { ...resource, scaling } }, signal)) return found;
  }
}
const runsNothing = (seen: SeenService | undefined): boolean =>
  seen === undefined || (isSettled(seen.resource) && seen.revisions.every((revision) => runningOf(revision) === 0));

/** Cloud Run does not tell when an instance has ended, only that it counts no more: then it has its grace, and no longer. */
export async function stopService(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<StopResult> {
  const graceMs = graceOf(parts.config);
  const first = await parts.services.look(id, signal);
  const done: StopResult = { state: "confirmed", forced: false, graceMs };
  if (first === undefined || (desiredOf(first.resource) === 0 && (await hasRested(parts, first)))) return done;
  await scale(parts, { id, count: 0 }, signal);
  const { came } = await awaitService(parts, { id, is: runsNothing, limitMs: graceMs + patienceMs }, signal);
  if (!came) return unconfirmed(graceMs);
  await sleep(graceMs, signal);
  return done;
}
/** It has had none for longer than the grace. */
async function hasRested({ config, host }: CloudRunParts, seen: SeenService): Promise<boolean> {
  const changedAt = Number(seen.resource.updateTime?.seconds ?? 0) * 1000;
  return runsNothing(seen) && Date.parse(host.clock.now()) - changedAt > graceOf(config) + 1000;
}
