export type { EcsCapabilities } from "./ecs-capabilities.ts";
export type { EcsConfig, EcsCredentials, EcsOptions } from "./ecs-config.ts";
export { runtime } from "./ecs-plugin.ts";
