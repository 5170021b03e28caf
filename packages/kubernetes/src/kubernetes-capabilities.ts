import type { Capabilities } from "@longshore/core/driver";

export type KubernetesCapabilities = Required<
  Pick<Capabilities, "services" | "endpoints" | "exec" | "attach" | "copy" | "backendLogs" | "preflight" | "watch" | "stats">
>;
