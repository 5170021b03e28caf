export type { DockerConfig, DockerOptions } from "./docker-config.ts";
export { type DockerCapabilities, runtime } from "./docker-plugin.ts";
