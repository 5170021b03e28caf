export type { AciCapabilities } from "./aci-capabilities.ts";
export type { AciConfig, AciCredentials, AciOptions } from "./aci-config.ts";
export { runtime } from "./aci-plugin.ts";
