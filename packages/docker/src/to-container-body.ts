import { defaultDrainMs, defaultStopGraceMs, type Owner, type WorkloadSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import { label, secretsFolder, secretsVolume } from "./container-names.ts";
import type { DockerOptions } from "./docker-config.ts";
import { toHealthcheck } from "./to-health-check.ts";

/** Stops a fork bomb, and is out of the way of any usual program: systemd grants a unit 4,915 (systemd-system.conf(5)). */
const mostProcesses = 4096;
const bytesPerMi = 1_048_576;
const nanosPerMilli = 1_000_000;

/** The body of `POST /containers/create` (docs.docker.com/reference/api/engine). */
export interface ContainerBody {
  readonly Image: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}
export interface BodyOf {
  readonly order: Order<DockerOptions>;
  readonly owner: Owner;
  readonly name: string;
  /** The engine's address that ports are published on. */
  readonly publishOn: string;
  /** Of an instance of a service. */
  readonly place?: { readonly slot: number; readonly revision: number };
}

export const networksOf = ({ network, networks }: DockerOptions): readonly string[] =>
  networks ?? (network === undefined ? [] : [network]);

const toEnv = ({ env = {}, secrets = {} }: WorkloadSpec): readonly string[] => [
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ...Object.keys(secrets).map((name) => `${name}_FILE=${secretsFolder}/${name}`),
];

function toMounts(spec: WorkloadSpec, name: string, own: Readonly<Record<string, string>>): readonly object[] {
  const asked = (spec.mounts ?? []).map(({ volume, path, readOnly = false }) => ({
    Type: "volume",
    Source: volume,
    Target: path,
    ReadOnly: readOnly,
  }));
  if (Object.keys(spec.secrets ?? {}).length === 0) return asked;
  const VolumeOptions = { NoCopy: true, Labels: { ...own, [label.purpose]: "secrets" } };
  return [...asked, { Type: "volume", Source: secretsVolume(name), Target: secretsFolder, VolumeOptions }];
}

/** Stopped by hand is stopped, also after the engine's own restart; its pauses between tries are 100 ms, doubled (moby, restartmanager.go). */
export function restartPolicyOf(spec: WorkloadSpec): "no" | "on-failure" | "unless-stopped" {
  if (spec.kind === "task") return "no";
  return spec.restart === "on-failure" ? "on-failure" : "unless-stopped";
}

function toDevice(text: string): object {
  const [PathOnHost = "", ...rest] = text.split(":");
  const inside = rest.find((part) => part.startsWith("/"));
  const permissions = rest.find((part) => !part.startsWith("/"));
  return { PathOnHost, PathInContainer: inside ?? PathOnHost, CgroupPermissions: permissions ?? "rwm" };
}

function toPortBindings({ ports = [] }: WorkloadSpec, HostIp: string): object {
  const published = ports.map(({ port, protocol = "tcp", publish }) => [
    `${port}/${protocol}`,
    [{ HostIp, HostPort: publish === undefined ? "" : String(publish) }],
  ]);
  return published.length === 0 ? {} : { PortBindings: Object.fromEntries(published) as object };
}

function fromOptions(options: DockerOptions): object {
  const { extraHosts, shmSize, dns, ulimits, tmpfs, devices } = options;
  const [network] = networksOf(options);
  const limits = Object.entries(ulimits ?? {}).map(([Name, { soft, hard = soft }]) => ({ Name, Soft: soft, Hard: hard }));
  return {
    ...(network !== undefined && { NetworkMode: network }),
    ...(extraHosts !== undefined && { ExtraHosts: extraHosts }),
    ...(shmSize !== undefined && { ShmSize: Number.parseInt(shmSize, 10) * bytesPerMi * (shmSize.endsWith("Gi") ? 1024 : 1) }),
    ...(dns !== undefined && { Dns: dns }),
    ...(limits.length > 0 && { Ulimits: limits }),
    ...(tmpfs !== undefined && { Tmpfs: tmpfs }),
    ...(devices !== undefined && { Devices: devices.map(toDevice) }),
  };
}

/** Hardened unless the spec says otherwise; the memory limit is hard, swap included. */
function toHostConfig({ order, publishOn }: BodyOf, mounts: readonly object[]): ContainerBody["HostConfig"] {
  const { spec, resources, options } = order;
  const { drop = ["ALL"], add = [], noNewPrivileges = true, readOnlyRoot = false } = spec.hardening ?? {};
  const memory = resources.memory === undefined ? undefined : resources.memory * bytesPerMi;
  return {
    // Nothing is rotated away: what the program wrote is there until the container is removed.
    LogConfig: { Type: "json-file", Config: {} },
    RestartPolicy: { Name: restartPolicyOf(spec) },
    Privileged: false,
    PidsLimit: mostProcesses,
    CapDrop: drop,
    CapAdd: add,
    SecurityOpt: noNewPrivileges ? ["no-new-privileges"] : [],
    ReadonlyRootfs: readOnlyRoot,
    ...(spec.init !== undefined && { Init: spec.init }),
    ...(memory !== undefined && { Memory: memory, MemorySwap: memory }),
    ...(resources.cpu !== undefined && { NanoCpus: resources.cpu * nanosPerMilli }),
    ...(resources.gpu !== undefined && { DeviceRequests: [{ Count: resources.gpu, Capabilities: [["gpu"]] }] }),
    ...toPortBindings(spec, publishOn),
    ...(mounts.length > 0 && { Mounts: mounts }),
    ...fromOptions(options),
  };
}

function toLabels({ order, owner, place }: BodyOf): Readonly<Record<string, string>> {
  const { spec, specHash } = order;
  const ports = (spec.ports ?? []).map(({ port, protocol = "tcp" }) => `${port}/${protocol}`);
  return {
    ...spec.labels,
    [label.owner]: owner,
    [label.id]: spec.id,
    [label.hash]: specHash,
    [label.labels]: JSON.stringify(spec.labels ?? {}),
    [label.graceMs]: String(spec.stopGraceMs ?? defaultStopGraceMs),
    ...(ports.length > 0 && { [label.ports]: ports.join(" ") }),
    ...(spec.kind === "task" && spec.timeoutMs !== undefined && { [label.timeoutMs]: String(spec.timeoutMs) }),
    ...(spec.kind === "service" && { [label.kind]: "service", [label.drainMs]: String(spec.drainMs ?? defaultDrainMs) }),
    ...(spec.kind === "service" && spec.readiness !== undefined && { [label.readiness]: "asked" }),
    ...(place !== undefined && { [label.slot]: String(place.slot), [label.revision]: String(place.revision) }),
  };
}

export function toContainerBody(of: BodyOf): ContainerBody {
  const { spec, options } = of.order;
  const own = { [label.owner]: of.owner, [label.id]: spec.id };
  const ports = (spec.ports ?? []).map(({ port, protocol = "tcp" }) => [`${port}/${protocol}`, {}]);
  const [network] = networksOf(options);
  const aliases = network === undefined ? undefined : options.networkAliases;
  const readiness = spec.kind === "service" ? spec.readiness : undefined;
  return {
    Image: spec.image ?? "",
    // Docker's own tools take whole seconds; we stop by the label.
    StopTimeout: Math.ceil((spec.stopGraceMs ?? defaultStopGraceMs) / 1000),
    Tty: spec.tty ?? false,
    // The first who attaches with an input closes the program's stdin with it.
    ...(spec.stdin === true && { OpenStdin: true, StdinOnce: true }),
    Env: toEnv(spec),
    Labels: toLabels(of),
    ...(spec.entrypoint !== undefined && { Entrypoint: spec.entrypoint }),
    ...(spec.command !== undefined && { Cmd: spec.command }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(ports.length > 0 && { ExposedPorts: Object.fromEntries(ports) as object }),
    ...(readiness !== undefined && { Healthcheck: toHealthcheck(readiness, options) }),
    HostConfig: toHostConfig(of, toMounts(spec, of.name, own)),
    ...(network !== undefined &&
      aliases !== undefined && { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: aliases } } } }),
  };
}
