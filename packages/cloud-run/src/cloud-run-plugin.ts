import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";
import type { CloudRunCapabilities } from "./cloud-run-capabilities.ts";
import type { CloudRunConfig } from "./cloud-run-config.ts";

/** What a project's default log bucket keeps, unless it was configured otherwise (Cloud Logging, "Quotas and limits"): 30 days. */
const keptLogsMs = 30 * 24 * 3_600_000;

/** Tasks and services of Google Cloud Run. */
export const runtime: RuntimePlugin<"cloud-run", CloudRunConfig, CloudRunCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "cloud-run",
  traits: {
    isolation: "vm",
    logs: "delayed",
    logTimes: true,
    timeLimit: "backend",
    retention: { start: "until-removed", state: "until-removed", logs: keptLogsMs },
  },
  async schemas() {
    const { configSchema, optionsSchema } = await import("./cloud-run-schemas.ts");
    return { config: configSchema, options: optionsSchema };
  },
  async open(config, host) {
    const { openCloudRunDriver } = await import("./cloud-run-driver.ts");
    return openCloudRunDriver(config, host);
  },
}) as RuntimePlugin<"cloud-run", CloudRunConfig, CloudRunCapabilities>;
