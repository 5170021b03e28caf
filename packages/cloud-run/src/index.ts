export type { CloudRunCapabilities } from "./cloud-run-capabilities.ts";
export type { CloudRunConfig, CloudRunOptions } from "./cloud-run-config.ts";
export { runtime } from "./cloud-run-plugin.ts";
