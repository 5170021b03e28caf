import type { Host } from "@longshore/core";
import type { CloudRunApi } from "./cloud-run-api.ts";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import type { Executions } from "./executions.ts";
import type { Jobs } from "./jobs.ts";
import type { LogPoller } from "./log-poller.ts";
import type { Services } from "./services.ts";
import type { Verdicts } from "./verdicts.ts";

/** What the verbs work with. */
export interface CloudRunParts {
  readonly api: CloudRunApi;
  readonly config: CloudRunConfig;
  readonly host: Host;
  readonly jobs: Jobs;
  readonly executions: Executions;
  readonly services: Services;
  readonly poller: LogPoller;
  readonly verdicts: Verdicts;
}
