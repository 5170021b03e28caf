import type { EngineContainer } from "../engine.ts";
import type { AciWorld } from "./aci-world.ts";
import type { ContainerRecord } from "./container-record.ts";
import type { GroupTrouble } from "./group-trouble.ts";

/** What the containers of one deployment have in common. */
export interface ContainerContext {
  readonly world: AciWorld;
  readonly trouble: GroupTrouble;
  /** Aborted once the deployment is to end. */
  readonly signal: AbortSignal;
  readonly toEngineContainer: (container: ContainerRecord) => EngineContainer;
  /** Told each time that one runs. */
  readonly started: (container: ContainerRecord) => void;
}

/** How long to wait before the next attempt, by how many have failed. */
export const backOffMs = ({ delays }: AciWorld, failed: number): number =>
  Math.min(delays.longestBackOff, delays.backOff * 2 ** Math.max(0, failed - 1));
