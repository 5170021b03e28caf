export type { DockerCapabilities } from "./docker-capabilities.ts";
export type { DockerConfig, DockerOptions } from "./docker-config.ts";
export { runtime } from "./docker-plugin.ts";
