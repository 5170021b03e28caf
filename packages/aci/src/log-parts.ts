import type { Host } from "@longshore/core";
import type { AciApi } from "./aci-api.ts";
import type { AciConfig } from "./aci-config.ts";
import type { Groups } from "./groups.ts";

/** What it takes to read a log. */
export interface LogParts {
  readonly api: AciApi;
  readonly config: AciConfig;
  readonly host: Host;
  readonly groups: Groups;
}
