import type { Task, WorkloadId } from "@longshore/core";
import type { LogParts } from "./log-parts.ts";
import type { Looks } from "./looks.ts";
import type { Connections } from "./connections.ts";
import type { Spools } from "./spools.ts";

/** What the verbs work with. */
export interface AciParts extends LogParts {
  readonly looks: Looks;
  readonly connections: Connections;
  /** Deleted since they could not be deployed: how that ended is known here alone. */
  readonly ended: Map<WorkloadId, Task>;
  /** Absent where there is no store. */
  readonly spools?: Spools;
}
