import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import { ContainerInstanceManagementClient } from "@azure/arm-containerinstance";
import type { AciConfig } from "./aci-config.ts";

type Credential = ConstructorParameters<typeof ContainerInstanceManagementClient>[0];

/** Answers come in some hundred milliseconds: ten at once are more than any rate of Azure's needs. */
const mostSockets = 10;

export interface AciClient {
  readonly client: ContainerInstanceManagementClient;
  readonly agent: HttpAgent | HttpsAgent;
}
/** Loaded only where tokens are needed: plain HTTP gets none. */
async function credentialOf({ credentials, ca }: AciConfig): Promise<Credential> {
  const { ClientSecretCredential, DefaultAzureCredential } = await import("@azure/identity");
  if (credentials === undefined) return new DefaultAzureCredential();
  const { tenantId, clientId, clientSecret, authorityHost } = credentials;
  // An authority of another cloud's is vouched for by whoever names it: Azure's public cloud knows nothing of it.
  const authority = authorityHost === undefined ? {} : { authorityHost, disableInstanceDiscovery: true };
  const trusted = ca === undefined ? {} : { tlsOptions: { ca: [...rootCertificates, ca] } };
  return new ClientSecretCredential(tenantId, clientId, clientSecret, { ...authority, ...trusted });
}
const noCredential: Credential = { getToken: async () => null };

/** One try is one request: it is counted, limited and repeated by us. */
export async function openClient(config: AciConfig): Promise<AciClient> {
  const { subscription, endpoint, ca } = config;
  const plain = endpoint?.startsWith("http:") === true;
  const options = { keepAlive: true, maxSockets: mostSockets };
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const agent = plain ? new HttpAgent(options) : new HttpsAgent({ ...options, ...trusted });
  const client = new ContainerInstanceManagementClient(plain ? noCredential : await credentialOf(config), subscription, {
    ...(endpoint !== undefined && { endpoint }),
    ...(plain && { allowInsecureConnection: true }),
    retryOptions: { maxRetries: 0 },
    agent,
  });
  // Tokens go over TLS alone.
  if (plain) client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  return { client, agent };
}
