import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";
import type { EcsCapabilities } from "./ecs-capabilities.ts";
import type { EcsConfig } from "./ecs-config.ts";

/** How long ECS describes a stopped task at the least (API reference, DescribeTasks): an hour. */
const stoppedTaskMs = 3_600_000;

/** Tasks and services of Amazon ECS. */
export const runtime: RuntimePlugin<"ecs", EcsConfig, EcsCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "ecs",
  traits: {
    isolation: "vm",
    logs: "delayed",
    logTimes: true,
    timeLimit: "watcher",
    retention: { start: "until-removed", state: stoppedTaskMs, logs: stoppedTaskMs },
  },
  async schemas() {
    const { configSchema, optionsSchema } = await import("./ecs-schemas.ts");
    return { config: configSchema, options: optionsSchema };
  },
  async open(config, host) {
    const { openEcsDriver } = await import("./ecs-driver.ts");
    return openEcsDriver(config, host);
  },
}) as RuntimePlugin<"ecs", EcsConfig, EcsCapabilities>;
