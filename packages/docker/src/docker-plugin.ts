import { defineRuntime } from "@longshore/core/driver";
import type { RuntimePlugin } from "@longshore/core";
import type { DockerCapabilities } from "./docker-capabilities.ts";
import type { DockerConfig } from "./docker-config.ts";

/** Tasks and services as containers of a Docker Engine. */
export const runtime: RuntimePlugin<"docker", DockerConfig, DockerCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "docker",
  traits: {
    isolation: "container",
    logs: "live",
    logTimes: true,
    timeLimit: "watcher",
    retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
  },
  async schemas() {
    const { configSchema, optionsSchema } = await import("./docker-schemas.ts");
    return { config: configSchema, options: optionsSchema };
  },
  async open(config, host) {
    const { openDockerDriver } = await import("./docker-driver.ts");
    return openDockerDriver(config, host);
  },
}) as RuntimePlugin<"docker", DockerConfig, DockerCapabilities>;
