import { LongshoreError } from "@longshore/core";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesConfig } from "./kubernetes-config.ts";

const refuse = (message: string, cause?: unknown): never => {
  throw new LongshoreError(message, { code: "invalid-config", operation: "open", cause });
};

/** The cluster to talk to, and as whom. */
export async function loadKubeConfig({ kubeconfig, context }: KubernetesConfig): Promise<KubeConfig> {
  const { KubeConfig: Loader } = await import("@kubernetes/client-node");
  const found = new Loader();
  try {
    if (kubeconfig === undefined) found.loadFromDefault();
    else found.loadFromFile(kubeconfig);
  } catch (error) {
    refuse(`${kubeconfig ?? "the kubeconfig"} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const names = found.getContexts().map(({ name }) => name);
  if (context !== undefined) {
    if (!names.includes(context)) refuse(`context: got ${JSON.stringify(context)}, expected ${names.join(" or ")}`);
    found.setCurrentContext(context);
  }
  if (found.getCurrentCluster() === null) {
    refuse(`the kubeconfig's current context ${JSON.stringify(found.getCurrentContext())} names no cluster; expected context`);
  }
  return found;
}
