import { defaultStopGraceMs, instant, type Owner, type StopResult, type WorkloadId } from "@longshore/core";
import type { Call, DriverStopOptions } from "@longshore/core/driver";
import { label, stopVolume } from "./container-names.ts";
import type { Containers } from "./containers.ts";
import { type InspectedContainer, isUnstarted } from "./map-container-state.ts";
import type { Volumes } from "./volumes.ts";

export interface StopParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly owner: Owner;
}
/** After a KILL the kernel needs moments; an engine that has not seen the end by then does not see it. */
const killLimitMs = 30_000;

const isOver = (container: InspectedContainer): boolean => !container.State.Running && !isUnstarted(container);

/** True once it does not run; false when the time is over first. */
async function isWithin(ms: number, signal: AbortSignal, ended: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  if (ms <= 0) return false;
  const limit = AbortSignal.timeout(ms);
  try {
    await ended(AbortSignal.any([signal, limit]));
    return true;
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return false;
  }
}

/**
 * The intent, then the image's own stop signal, the grace, and KILL to whatever is left. The intent of whoever came first
 * stands. Nothing is recorded for what has ended by itself.
 */
export async function stopContainer(
  { containers, volumes, owner }: StopParts,
  { id, intent, graceMs: wanted }: DriverStopOptions & { readonly id: WorkloadId },
  call: Call,
): Promise<StopResult> {
  const container = await containers.find(id, call.signal);
  const graceMs = wanted ?? Number(container?.Config.Labels[label.graceMs] ?? defaultStopGraceMs);
  if (container === undefined || isOver(container)) return { state: "confirmed", forced: false, graceMs };
  const marks = { [label.owner]: owner, [label.id]: id, [label.container]: container.Id };
  const name = container.Name.replace(/^\//, "");
  await volumes.claim(stopVolume(name, container.Id), { ...marks, [label.purpose]: "stop", [label.intent]: intent }, call.signal);
  // Whoever starts containers looks at the marker first, so that this one stays unstarted, or runs and is killed below.
  const now = await containers.find(id, call.signal);
  if (now === undefined || !now.State.Running) return { state: "confirmed", forced: false, graceMs };
  const endsWithin = (ms: number): Promise<boolean> => isWithin(ms, call.signal, (signal) => containers.ended(id, signal));
  const polite = container.Config.StopSignal ?? "SIGTERM";
  if (graceMs > 0) await containers.kill(id, polite, call.signal);
  if (await endsWithin(graceMs)) return { state: "confirmed", forced: false, graceMs };
  await containers.kill(id, "SIGKILL", call.signal);
  if (await endsWithin(killLimitMs)) return { state: "confirmed", forced: true, graceMs };
  const deadline = instant(Date.now());
  return { state: "unconfirmed", forced: true, graceMs, deadline, reason: "the engine still reports it as running after KILL" };
}
