import type { Host, Task, WorkloadId } from "@longshore/core";
import type { AciApi } from "./aci-api.ts";
import type { AciConfig } from "./aci-config.ts";
import type { Groups } from "./groups.ts";
import type { Looks } from "./looks.ts";
import type { Spools } from "./spools.ts";

/** What the verbs work with. */
export interface AciParts {
  readonly api: AciApi;
  readonly config: AciConfig;
  readonly host: Host;
  readonly groups: Groups;
  readonly looks: Looks;
  /** Deleted since they could not be deployed: how that ended is known here alone. */
  readonly ended: Map<WorkloadId, Task>;
  /** Absent where there is no store. */
  readonly spools?: Spools;
}
