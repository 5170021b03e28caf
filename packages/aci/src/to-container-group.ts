import type {
  Container,
  ContainerGroup,
  ContainerProbe,
  IpAddress,
  SecurityContextDefinition,
} from "@azure/arm-containerinstance";
import type { Owner, Readiness, WorkloadSpec } from "@longshore/core";
import type { AciConfig } from "./aci-config.ts";
import { firstGeneration, labelTags, mainContainer, tag } from "./native-names.ts";
import { type AciOrder, periodSeconds, sizeOf } from "./spec-problems.ts";

/** Where secrets that are files lie. */
const secretFolder = "/run/longshore/secrets";
/** Of the volume that they are. */
export const secretVolume = "secrets";

const sorted = <Value>(entries: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
  Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));

function toSecurity({ hardening = {}, user }: WorkloadSpec): SecurityContextDefinition {
  const { drop = ["ALL"], add = [], noNewPrivileges = true } = hardening;
  const [runAsUser, runAsGroup] = (user ?? "").split(":").map(Number);
  return {
    allowPrivilegeEscalation: !noNewPrivileges,
    capabilities: { ...(drop.length > 0 && { drop: [...drop] }), ...(add.length > 0 && { add: [...add] }) },
    ...(user !== undefined && runAsUser !== undefined && { runAsUser }),
    ...(user !== undefined && runAsGroup !== undefined && { runAsGroup }),
  };
}
const toProbe = ({ port, path, periodMs }: Readiness): ContainerProbe => ({
  // Ports alone are not probed by Container Instances: any answer will do there, but it has to be one.
  httpGet: { port, path: path ?? "/", scheme: "http" },
  periodSeconds: periodSeconds(periodMs),
  timeoutSeconds: 5,
  failureThreshold: 3,
  successThreshold: 1,
});
/** By name where the value is a secret: it comes in when the request is sent. */
function toVariables({ env = {}, secrets = {} }: WorkloadSpec): Container["environmentVariables"] {
  const plain = sorted(env).map(([name, value]) => ({ name, value }));
  const secret = sorted(secrets).map(([name, { as }]) =>
    as === "file" ? { name: `${name}_FILE`, value: `${secretFolder}/${name}` } : { name, secureValue: `{secret ${name}}` },
  );
  return [...plain, ...secret];
}
function toContainer(order: AciOrder): Container {
  const { spec } = order;
  const { milliCpu, gigabytes } = sizeOf(order);
  const command = [...(spec.entrypoint ?? []), ...(spec.command ?? [])];
  const files = Object.values(spec.secrets ?? {}).some(({ as }) => as === "file");
  return {
    name: mainContainer,
    image: spec.image ?? "",
    ...(command.length > 0 && { command }),
    environmentVariables: toVariables(spec) ?? [],
    resources: { requests: { cpu: milliCpu / 1000, memoryInGB: gigabytes } },
    ports: (spec.ports ?? []).map(({ port, protocol = "tcp" }) => ({ port, protocol: protocol.toUpperCase() })),
    securityContext: toSecurity(spec),
    ...(files && { volumeMounts: [{ name: secretVolume, mountPath: secretFolder, readOnly: true }] }),
    ...(spec.kind === "service" && spec.readiness !== undefined && { readinessProbe: toProbe(spec.readiness) }),
  };
}
function toAddress({ spec, options }: AciOrder, { subnets }: AciConfig): IpAddress | undefined {
  const ports = (spec.ports ?? []).map(({ port, protocol = "tcp" }) => ({ port, protocol: protocol.toUpperCase() }));
  if (ports.length === 0) return undefined;
  const { dnsNameLabel } = options;
  return { type: subnets === undefined ? "Public" : "Private", ports, ...(dnsNameLabel !== undefined && { dnsNameLabel }) };
}
/** What a process that knows nothing else has to find. */
function toTags({ spec, specHash, options }: AciOrder, owner: Owner): Record<string, string> {
  return {
    ...options.tags,
    ...labelTags(spec.labels ?? {}),
    [tag.owner]: owner,
    [tag.id]: spec.id,
    [tag.kind]: spec.kind,
    [tag.hash]: specHash,
    [tag.run]: "{drawn at the start}",
    [tag.created]: "{the time of the start}",
    ...(spec.kind === "task" && spec.timeoutMs !== undefined && { [tag.timeout]: String(spec.timeoutMs) }),
    ...(spec.kind === "service" && {
      [tag.replicas]: String(spec.replicas ?? 1),
      [tag.index]: "{of the replica}",
      [tag.generation]: firstGeneration(specHash),
      ...(spec.update === "recreate" && { [tag.recreate]: "true" }),
      ...(spec.readiness?.timeoutMs !== undefined && { [tag.readyMs]: String(spec.readiness.timeoutMs) }),
      ...(spec.drainMs !== undefined && { [tag.drain]: String(spec.drainMs) }),
    }),
  };
}
function toRegistry({ spec }: AciOrder): ContainerGroup["imageRegistryCredentials"] {
  const { image = "", registryCredentials: given, identity: { executionRole } = {} } = spec;
  if (given === undefined && executionRole === undefined) return undefined;
  const [host = ""] = image.split("/");
  const server = image.includes("/") && /[.:]|^localhost$/.test(host) ? host : "index.docker.io";
  if (given !== undefined && "resolve" in given)
    return [{ server, username: `{secret ${given.resolve}}`, password: `{secret ${given.resolve}}` }];
  return [{ server, identity: given?.backend ?? executionRole ?? "" }];
}
function toIdentity({ spec }: AciOrder): ContainerGroup["identity"] {
  const { registryCredentials: given, identity: { taskRole, executionRole } = {} } = spec;
  const ids = [taskRole, executionRole, given !== undefined && "backend" in given ? given.backend : undefined];
  const assigned = [...new Set(ids.filter((id) => id !== undefined))];
  if (assigned.length === 0) return undefined;
  return { type: "UserAssigned", userAssignedIdentities: Object.fromEntries(assigned.map((id) => [id, {}])) };
}

/** Pure. Secrets stand in it by name. */
export function toContainerGroup(order: AciOrder, owner: Owner, config: AciConfig): ContainerGroup {
  const { spec, options } = order;
  const [address, registry, identity] = [toAddress(order, config), toRegistry(order), toIdentity(order)];
  const files = sorted(spec.secrets ?? {}).filter(([, { as }]) => as === "file");
  const secret = Object.fromEntries(files.map(([name]) => [name, `{secret ${name}}`]));
  return {
    location: config.location,
    tags: toTags(order, owner),
    osType: "Linux",
    restartPolicy: spec.kind === "task" ? "Never" : "Always",
    containers: [toContainer(order)],
    ...(files.length > 0 && { volumes: [{ name: secretVolume, secret }] }),
    ...(address !== undefined && { ipAddress: address }),
    ...(registry !== undefined && { imageRegistryCredentials: registry }),
    ...(identity !== undefined && { identity }),
    ...(spec.kind === "task" && spec.interruptible === true && { priority: "Spot" }),
    ...(config.subnets !== undefined && { subnetIds: config.subnets.map((id) => ({ id })) }),
    ...(config.logAnalytics !== undefined && {
      diagnostics: { logAnalytics: { ...config.logAnalytics, workspaceKey: "{of the config}" } },
    }),
    ...(options.zone !== undefined && { zones: [options.zone] }),
  };
}
