import { LongshoreError } from "@longshore/core";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
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
  refuseExpired(found);
  return found;
}

/** An API server says of an expired one only that it is not accepted. What cannot be read is left to the connection. */
function refuseExpired(config: KubeConfig): void {
  const { name, certData, certFile } = config.getCurrentUser() ?? {};
  if (certData === undefined && certFile === undefined) return;
  let until: Date;
  try {
    const certificate = certData === undefined ? readFileSync(certFile ?? "") : Buffer.from(certData, "base64");
    until = new Date(new X509Certificate(certificate).validTo);
  } catch {
    return;
  }
  if (until.getTime() > Date.now()) return;
  const message = `the client certificate of ${name} expired on ${until.toISOString()}`;
  throw new LongshoreError(message, { code: "unauthenticated", operation: "open" });
}
