import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";
import type { KubernetesCapabilities } from "./kubernetes-capabilities.ts";
import type { KubernetesConfig } from "./kubernetes-config.ts";

/** Tasks as pods of a Kubernetes cluster. */
export const runtime: RuntimePlugin<"kubernetes", KubernetesConfig, KubernetesCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "kubernetes",
  traits: {
    isolation: "container",
    logs: "live",
    logTimes: true,
    timeLimit: "backend",
    retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
  },
  async schemas() {
    const { configSchema, optionsSchema } = await import("./kubernetes-schemas.ts");
    return { config: configSchema, options: optionsSchema };
  },
  async open(config, host) {
    const { openKubernetesDriver } = await import("./kubernetes-driver.ts");
    return openKubernetesDriver(config, host);
  },
}) as RuntimePlugin<"kubernetes", KubernetesConfig, KubernetesCapabilities>;
