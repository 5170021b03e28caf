import { defaultStopGraceMs, instant, type Owner, type StopResult } from "@longshore/core";
import type { Call, DriverStopOptions } from "@longshore/core/driver";
import { label, stopVolume } from "./container-names.ts";
import type { Containers } from "./containers.ts";
import { endContainer } from "./end-container.ts";
import { type InspectedContainer, isUnstarted } from "./map-container-state.ts";
import type { Volumes } from "./volumes.ts";

export interface StopParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly owner: Owner;
}
const isOver = (container: InspectedContainer): boolean => !container.State.Running && !isUnstarted(container);

/**
 * The intent, then the image's own stop signal, the grace, and KILL to whatever is left. The intent of whoever came first
 * stands. Nothing is recorded for what has ended by itself.
 */
export async function stopContainer(
  { containers, volumes, owner }: StopParts,
  { container, intent, graceMs: wanted }: DriverStopOptions & { readonly container: InspectedContainer },
  call: Call,
): Promise<StopResult> {
  const { [label.graceMs]: own = defaultStopGraceMs, [label.id]: id = "" } = container.Config.Labels;
  const graceMs = wanted ?? Number(own);
  if (isOver(container)) return { state: "confirmed", forced: false, graceMs };
  const marks = { [label.owner]: owner, [label.id]: id, [label.container]: container.Id };
  const name = container.Name.replace(/^\//, "");
  await volumes.claim(stopVolume(name, container.Id), { ...marks, [label.purpose]: "stop", [label.intent]: intent }, call.signal);
  // Whoever starts containers looks at the marker first, so that this one stays unstarted, or runs and is killed below.
  const now = await containers.inspect(container.Id, call.signal);
  if (now === undefined || !now.State.Running) return { state: "confirmed", forced: false, graceMs };
  const { confirmed, forced } = await endContainer({ containers, container }, graceMs, call.signal);
  if (confirmed) return { state: "confirmed", forced, graceMs };
  const deadline = instant(Date.now());
  return { state: "unconfirmed", forced: true, graceMs, deadline, reason: "the engine still reports it as running after KILL" };
}
