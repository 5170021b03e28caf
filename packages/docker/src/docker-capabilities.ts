import type { Capabilities } from "@longshore/core/driver";

export type DockerCapabilities = Required<
  Pick<Capabilities, "watch" | "services" | "endpoints" | "exec" | "attach" | "stats" | "copy">
>;
