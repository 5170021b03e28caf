import type { AsyncOperations } from "../azure/async-operations.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine.ts";
import type { AciDelays } from "./aci-delays.ts";
import type { GroupFolders } from "./group-folders.ts";

/** What container groups need to run. */
export interface AciWorld {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly delays: AciDelays;
  readonly operations: AsyncOperations;
  readonly folders: GroupFolders;
  /** What holds the network of several containers on a Docker engine. */
  readonly networkImage: string;
}
