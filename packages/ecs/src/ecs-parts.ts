import type { Host } from "@longshore/core";
import type { Definitions } from "./definitions.ts";
import type { EcsApi } from "./ecs-api.ts";
import type { EcsConfig } from "./ecs-config.ts";
import type { EcsServices } from "./ecs-services.ts";
import type { LogGroup } from "./log-group.ts";
import type { Records } from "./records.ts";
import type { Tasks } from "./tasks.ts";

/** What the verbs work with. */
export interface EcsParts {
  readonly api: EcsApi;
  readonly config: EcsConfig;
  readonly host: Host;
  readonly logGroup: LogGroup;
  readonly records: Records;
  readonly definitions: Definitions;
  readonly tasks: Tasks;
  readonly services: EcsServices;
}
