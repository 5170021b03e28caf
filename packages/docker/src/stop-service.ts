import { defaultDrainMs, defaultStopGraceMs, instant, type StopResult, type WorkloadId } from "@longshore/core";
import { type Call, type DriverStopOptions, sleep } from "@longshore/core/driver";
import { label, serviceStopVolume } from "./container-names.ts";
import { mapLimited } from "./map-limited.ts";
import type { ServiceInstances } from "./service-instances.ts";
import { lookAtService, type ServiceView, type ViewParts } from "./service-view.ts";

export interface StopServiceParts extends ViewParts {
  readonly instances: ServiceInstances;
}
/** Somebody else may have been about to start one when the mark was made; it looks again and ends it too. */
const mostLooks = 5;

export async function markStopped({ volumes, containers, owner }: ViewParts, id: WorkloadId, call: Call): Promise<void> {
  const labels = { [label.owner]: owner, [label.id]: id, [label.purpose]: "stop", [label.intent]: "stopped" };
  await volumes.claim(serviceStopVolume(containers.name(id)), labels, call.signal);
}

/** The mark first: from then on no instance is in the endpoints, and nobody begins another. The containers stay. */
export async function stopService(
  parts: StopServiceParts,
  { id, graceMs: asked }: Omit<DriverStopOptions, "intent"> & { readonly id: WorkloadId },
  call: Call,
): Promise<StopResult> {
  const before = await lookAtService(parts, id, call.signal);
  const spec = before.wanted?.order.spec;
  const graceMs = asked ?? spec?.stopGraceMs ?? defaultStopGraceMs;
  if (spec === undefined) return { state: "confirmed", forced: false, graceMs };
  await markStopped(parts, id, call);
  if (before.instances.some(({ ready }) => ready)) await sleep(spec.drainMs ?? defaultDrainMs, call.signal);
  let forced = false;
  for (let look = 0; look < mostLooks; look++) {
    const view = await lookAtService(parts, id, call.signal);
    if (view.instances.every(({ up }) => !up)) return { state: "confirmed", forced, graceMs };
    forced = (await endAll(parts, { view, graceMs }, call)) || forced;
  }
  const reason = "the engine still reports an instance as running after KILL";
  return { state: "unconfirmed", forced, graceMs, deadline: instant(Date.now()), reason };
}

async function endAll(
  { instances, containers }: StopServiceParts,
  { view, graceMs }: { readonly view: ServiceView; readonly graceMs: number },
  { signal }: Call,
): Promise<boolean> {
  const up = view.instances.filter((one) => one.up);
  const ended = await mapLimited(up, async (one) => {
    // With `on-failure` the engine would start it again after its own restart, also what was stopped.
    if (view.wanted?.order.spec.restart === "on-failure") await containers.restartPolicy(one.container, "no", signal);
    return instances.stop(one, { graceMs }, signal);
  });
  return ended.some(({ forced }) => forced);
}
