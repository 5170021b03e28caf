import { LongshoreError, type WorkloadId } from "@longshore/core";
import { type Call, retry } from "@longshore/core/driver";
import { secretsVolume } from "./container-names.ts";
import { mapLimited } from "./map-limited.ts";
import { removeVolume } from "./remove-container.ts";
import type { ServiceInstances } from "./service-instances.ts";
import { lookAtService, type ServiceView, type ViewParts } from "./service-view.ts";
import { isMarker } from "./volumes.ts";
import { markStopped } from "./stop-service.ts";

export interface RemoveServiceParts extends ViewParts {
  readonly instances: ServiceInstances;
}
/** Whoever is about to start an instance meanwhile sees the mark of the stop; what it had begun is found by another look. */
const mostLooks = 5;
const comesBack = (): LongshoreError =>
  new LongshoreError("somebody begins instances while it is removed", { code: "unavailable", operation: "remove" });

/**
 * Killed, then the containers but for one, the records, and that one at the end: whoever watches hears of it when nothing
 * else is left, and what is cut short is found by the id.
 */
export async function removeService(parts: RemoveServiceParts, id: WorkloadId, call: Call): Promise<void> {
  const { signal } = call;
  const when = (error: unknown): boolean => !signal.aborted && LongshoreError.is(error, "unavailable");
  await retry({ signal, attempts: mostLooks, when }, async () => {
    const view = await lookAtService(parts, id, signal);
    if (view.wanted !== undefined) await markStopped(parts, id, call);
    await removeAll(parts, view, call);
    const after = await lookAtService(parts, id, signal);
    if (after.instances.length + after.volumes.length > 0) throw comesBack();
  });
}

async function removeAll(
  { containers, volumes, instances }: RemoveServiceParts,
  view: ServiceView,
  { signal }: Call,
): Promise<void> {
  await mapLimited(
    view.instances.filter(({ up }) => up),
    ({ container }) => containers.kill(container, "SIGKILL", signal),
  );
  const last = view.instances.slice(-1);
  await instances.remove(view.instances.slice(0, -1), signal);
  const held = new Set(last.map(({ name }) => secretsVolume(name)));
  const free = view.volumes.filter(({ Name }) => !held.has(Name));
  // The mark of the stop outlives the records, or what is left would look as if it were to run.
  const stops = free.filter((volume) => isMarker(volume, "stop"));
  const ordered = [...free.filter((volume) => !stops.includes(volume)), ...stops];
  for (const { Name } of ordered) await removeVolume(volumes, Name, signal);
  await instances.remove(last, signal);
  for (const { Name } of view.volumes.filter((volume) => !free.includes(volume))) await removeVolume(volumes, Name, signal);
}
