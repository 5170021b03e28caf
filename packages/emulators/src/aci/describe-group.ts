import { createHash } from "node:crypto";
import type { ContainerRecord } from "./container-record.ts";
import { type GroupRecord, groupStateOf, policyOf } from "./group-record.ts";
import type { ContainerDefinition, GroupProperties, Identity, InitContainerDefinition, Volume } from "./group-shapes.ts";

type Described = Readonly<Record<string, unknown>>;

/** The same text has the same one: no identity is anybody's. */
function guidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function without<Value extends object>(value: Value, ...names: readonly string[]): Described {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function instanceViewOf({ restartCount, current, previous, events }: ContainerRecord): Described {
  return { restartCount, currentState: current, ...(previous && { previousState: previous }), events: events.describe() };
}

/** Without the values that are secret. */
function describeContainer(definition: ContainerDefinition | InitContainerDefinition, view: Described): Described {
  const { name, properties } = definition;
  const { environmentVariables = [] } = properties;
  const told = environmentVariables.map((variable) => without(variable, "secureValue"));
  return { name, properties: { ...properties, command: properties.command ?? [], environmentVariables: told, ...view } };
}

function describeVolume({ secret, azureFile, ...volume }: Volume): Described {
  return {
    ...volume,
    ...(secret && { secret: {} }),
    ...(azureFile && { azureFile: without(azureFile, "storageAccountKey") }),
  };
}

function describeIdentity(identity: Identity, id: string): Described {
  const { type, userAssignedIdentities } = identity;
  const system = type?.includes("SystemAssigned") && { principalId: guidOf(`${id}/principal`), tenantId: guidOf("tenant") };
  const assigned = Object.keys(userAssignedIdentities ?? {}).map((name) => [
    name,
    { principalId: guidOf(`${name}/principal`), clientId: guidOf(`${name}/client`) },
  ]);
  return { type, ...system, ...(assigned.length > 0 && { userAssignedIdentities: Object.fromEntries(assigned) as Described }) };
}

function describeAddress({ request, address }: GroupRecord): Described {
  const { ipAddress } = request.properties;
  if (!ipAddress) return {};
  const { dnsNameLabel } = ipAddress;
  const fqdn = dnsNameLabel && `${dnsNameLabel}.${request.location}.azurecontainer.io`;
  const ports = ipAddress.ports.map(({ port, protocol = "TCP" }) => ({ protocol, port }));
  return { ipAddress: { ...ipAddress, ports, ...(address && { ip: address }), ...(fqdn && { fqdn }) } };
}

function describeSecretive({ imageRegistryCredentials, diagnostics, extensions, volumes }: GroupProperties): Described {
  const analytics = diagnostics?.logAnalytics;
  return {
    ...(imageRegistryCredentials && {
      imageRegistryCredentials: imageRegistryCredentials.map((one) => without(one, "password")),
    }),
    ...(analytics && { diagnostics: { logAnalytics: without(analytics, "workspaceKey", "workspaceResourceId") } }),
    ...(volumes && { volumes: volumes.map(describeVolume) }),
    ...(extensions && {
      extensions: extensions.map(({ name, properties = {} }) => ({ name, properties: without(properties, "protectedSettings") })),
    }),
  };
}

/** A group as an answer has it: never a secret, and in lists not how it is. */
export function describeGroup(group: GroupRecord, { withView }: { readonly withView: boolean }): Described {
  const { request, id, place, provisioningState, containers, initContainers, events } = group;
  const { properties, location, tags, zones, identity } = request;
  const describe = (container: ContainerRecord): Described =>
    describeContainer(container.definition, withView ? { instanceView: instanceViewOf(container) } : {});
  return {
    id,
    name: place.name,
    type: "Microsoft.ContainerInstance/containerGroups",
    location,
    tags: tags ?? {},
    ...(zones && { zones }),
    ...(identity && { identity: describeIdentity(identity, id) }),
    properties: {
      sku: "Standard",
      ...properties,
      ...describeSecretive(properties),
      ...describeAddress(group),
      provisioningState,
      restartPolicy: policyOf(group),
      containers: containers.map(describe),
      initContainers: initContainers.map(describe),
      ...(withView && { instanceView: { events: events.describe(), state: groupStateOf(group) } }),
    },
  };
}
