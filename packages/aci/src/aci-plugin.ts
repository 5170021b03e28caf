import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";
import type { AciCapabilities } from "./aci-capabilities.ts";
import type { AciConfig } from "./aci-config.ts";

/** Tasks and services as container groups of Azure Container Instances. */
export const runtime: RuntimePlugin<"aci", AciConfig, AciCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "aci",
  traits: {
    isolation: "vm",
    logs: "live",
    logTimes: true,
    timeLimit: "watcher",
    // Of what has ended, Container Instances keep the last 16 KB or 1,000 lines: what was written before is promised to nobody.
    retention: { start: "until-removed", state: "until-removed", logs: 0 },
  },
  async schemas() {
    const { configSchema, optionsSchema } = await import("./aci-schemas.ts");
    return { config: configSchema, options: optionsSchema };
  },
  async open(config, host) {
    const { openAciDriver } = await import("./aci-driver.ts");
    return openAciDriver(config, host);
  },
}) as RuntimePlugin<"aci", AciConfig, AciCapabilities>;
