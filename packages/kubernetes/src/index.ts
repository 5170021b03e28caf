export type { KubernetesCapabilities } from "./kubernetes-capabilities.ts";
export type { KubernetesConfig, KubernetesOptions, Sidecar, Toleration } from "./kubernetes-config.ts";
export { runtime } from "./kubernetes-plugin.ts";
