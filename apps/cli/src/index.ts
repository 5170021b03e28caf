export type { Config } from "./config/config.ts";
export { openConfigured } from "./config/open-configured.ts";
export { readConfig, type ReadConfigOptions } from "./config/read-config.ts";
