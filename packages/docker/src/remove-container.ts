import { LongshoreError, type Owner } from "@longshore/core";
import { type Call, retry } from "@longshore/core/driver";
import { label } from "./container-names.ts";
import type { Containers } from "./containers.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import type { Volumes } from "./volumes.ts";

export interface RemoveParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly owner: Owner;
}
/** With the pauses between them about half a minute: a `dead` container's file systems may take that long to let go. */
const mostAttempts = 12;

const stillThere = (): LongshoreError =>
  new LongshoreError("the engine is still removing it", { code: "unavailable", operation: "remove" });
const isPassing = (error: unknown): boolean =>
  LongshoreError.is(error, "unavailable") || [409, 500].includes((error as { readonly statusCode?: number }).statusCode ?? 0);

interface Removing {
  readonly containers: Containers;
  /** By the engine's id. */
  readonly container: string;
}
/** Killed where it runs; returns once the engine no longer knows it. */
export async function removeForGood({ containers, container }: Removing, signal: AbortSignal): Promise<void> {
  const when = (error: unknown): boolean => !signal.aborted && isPassing(error);
  await retry({ signal, attempts: mostAttempts, when }, async () => {
    await containers.remove(container, signal);
    if ((await containers.inspect(container, signal)) !== undefined) throw stillThere();
  });
}
/** It is in use for as long as its container is not quite gone. */
export async function removeVolume(volumes: Volumes, name: string, signal: AbortSignal): Promise<void> {
  const when = (error: unknown): boolean => !signal.aborted && isPassing(error);
  await retry({ signal, attempts: mostAttempts, when }, () => volumes.remove(name, signal));
}

/**
 * The container first, since its volumes are in use until then. The volumes bear the id too, so that what is left when this
 * is cut short is found by the id, and removed by doing it again.
 */
export async function removeContainer(
  { containers, volumes, owner }: RemoveParts,
  { Id: container, Config }: InspectedContainer,
  { signal }: Call,
): Promise<void> {
  await removeForGood({ containers, container }, signal);
  const id = Config.Labels[label.id] ?? "";
  for (const { Name } of await volumes.list({ [label.owner]: owner, [label.id]: id }, signal)) {
    await removeVolume(volumes, Name, signal);
  }
}
