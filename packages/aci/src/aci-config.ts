import type { Dictionary } from "@longshore/core";

/** Of a service principal. */
export interface AciCredentials {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who gives tokens: of another than Azure's public cloud, or an emulator. Default: `https://login.microsoftonline.com`. */
  readonly authorityHost?: string;
}

/** Where container groups live, and how often Azure may be asked. */
export interface AciConfig {
  /** A GUID. */
  readonly subscription: string;
  /** One that exists, best of its own: whatever is looked for is looked for among all its container groups. */
  readonly resourceGroup: string;
  /** Such as `westeurope`. */
  readonly location: string;
  /** Resource ids of subnets that are delegated to Container Instances: addresses are private then. Default: public addresses. */
  readonly subnets?: readonly string[];
  /** Where Container Instances send all lines, as they come: whole also where no store is, and read there. Default: nowhere. */
  readonly logAnalytics?: { readonly workspaceId: string; readonly workspaceKey: string };
  /** Of another than Azure's public cloud, or an emulator. Default: `https://management.azure.com`. */
  readonly endpoint?: string;
  /** In PEM: the authority to trust at the endpoint, beside the usual ones. */
  readonly ca?: string;
  /** Default: as `DefaultAzureCredential` finds them: the environment, a managed identity, the Azure command line. */
  readonly credentials?: AciCredentials;
  /** Between two looks at what is waited for, or at a log that is followed. Default: 2,000 ms. */
  readonly pollMs?: number;
  /** How long nothing new has to come, after a container has ended, for its log to count as complete. Default: 3,000 ms. */
  readonly logQuietMs?: number;
  /** How old a look may be that found nothing, when the group is created; see the README. Default: 1,000 ms. */
  readonly freshMs?: number;
  /** How long an image that cannot be pulled is tried on, from the first failure. Default: 60,000 ms. */
  readonly pullPatienceMs?: number;
  /** This runtime's share of the 300 creates, and of the 300 deletes, that a subscription has in an hour. Default: 300. */
  readonly changesPerHour?: number;
  /** This runtime's share of the 25 reads that a subscription has in a second. Default: 10. */
  readonly readsPerSecond?: number;
}

/** The slice `options.aci` of a spec. */
export interface AciOptions {
  /** A name for the public address, `NAME.LOCATION.azurecontainer.io`. Needs ports; of services with one replica. */
  readonly dnsNameLabel?: string;
  /** Refuse what is no size here instead of taking the next larger one. Default: false. */
  readonly exactSize?: boolean;
  readonly zone?: string;
  readonly tags?: Dictionary<string>;
}
