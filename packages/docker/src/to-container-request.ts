import { defaultStopGraceMs, type Owner, type Problem, type TaskSpec } from "@longshore/core";
import { type FieldTable, type Order, type Plan, treatFields } from "@longshore/core/driver";
import { containerName, label, secretsFolder, secretsVolume } from "./container-names.ts";
import type { DockerOptions } from "./docker-config.ts";

/** Below that the engine refuses (moby, daemon/daemon_unix.go: linuxMinMemory, 6 MiB). */
const leastMemoryMi = 6;
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
export type ContainerRequest =
  | {
      readonly request: "pull";
      readonly image: string;
      readonly policy: string;
      readonly platform?: string;
      readonly credentials?: string;
    }
  | { readonly request: "create"; readonly name: string; readonly platform?: string; readonly body: ContainerBody }
  | { readonly request: "write secrets"; readonly folder: string; readonly secrets: readonly string[] }
  | { readonly request: "start"; readonly name: string };

const table: FieldTable = {
  image: "honoured",
  entrypoint: "honoured",
  command: "honoured",
  env: "honoured",
  secrets: "honoured",
  resources: "honoured",
  platform: "honoured",
  identity: { refuse: "Docker has no roles; expected no identity" },
  registryCredentials: "honoured",
  pullPolicy: "honoured",
  workingDirectory: "honoured",
  user: "honoured",
  init: "honoured",
  tty: "honoured",
  stdin: "honoured",
  hardening: "honoured",
  ports: "honoured",
  mounts: "honoured",
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  interruptible: { noEffect: "an engine takes no capacity back" },
  replicas: { refuse: "services are not supported yet" },
  restart: { refuse: "services are not supported yet" },
  readiness: { refuse: "services are not supported yet" },
  update: { refuse: "services are not supported yet" },
  drainMs: { refuse: "services are not supported yet" },
};

function problemsOf({ spec, resources }: Order<DockerOptions>): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string): void => void problems.push({ path, message });
  if (spec.kind !== "task") say("kind", "services are not supported yet; expected task");
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  if (resources.memory !== undefined && resources.memory < leastMemoryMi) {
    say("resources.memory", `got ${resources.memory}Mi, Docker takes at least ${leastMemoryMi}Mi`);
  }
  if (resources.ephemeralStorage !== undefined) say("resources.ephemeralStorage", "Docker has no such limit; expected none");
  if (spec.registryCredentials !== undefined && "backend" in spec.registryCredentials) {
    say("registryCredentials", "Docker has no store of secrets; expected resolve instead of backend");
  }
  for (const [name, use] of Object.entries(spec.secrets ?? {})) {
    if ("backend" in use) say(`secrets.${name}`, "Docker has no store of secrets; expected resolve instead of backend");
    if (use.as === "env") say(`secrets.${name}.as`, `docker inspect would show it; expected "file", its path is in ${name}_FILE`);
    if (spec.env?.[`${name}_FILE`] !== undefined) say(`env.${name}_FILE`, `is set by secret ${name}; expected another name`);
  }
  return problems;
}

const toEnv = ({ env = {}, secrets = {} }: TaskSpec): readonly string[] => [
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ...Object.keys(secrets).map((name) => `${name}_FILE=${secretsFolder}/${name}`),
];

function toMounts(spec: TaskSpec, name: string, own: Readonly<Record<string, string>>): readonly object[] {
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

/** Hardened unless the spec says otherwise; the memory limit is hard, swap included. */
function toHostConfig(
  { spec, resources, options }: Order<DockerOptions>,
  mounts: readonly object[],
): ContainerBody["HostConfig"] {
  const { drop = ["ALL"], add = [], noNewPrivileges = true, readOnlyRoot = false } = spec.hardening ?? {};
  const memory = resources.memory === undefined ? undefined : resources.memory * bytesPerMi;
  const published = (spec.ports ?? []).map(({ port, protocol = "tcp", publish }) => [
    `${port}/${protocol}`,
    [{ HostPort: publish === undefined ? "" : String(publish) }],
  ]);
  const { network, extraHosts, shmSize } = options;
  return {
    // Nothing is rotated away: what the program wrote is there until the container is removed.
    LogConfig: { Type: "json-file", Config: {} },
    RestartPolicy: { Name: "no" },
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
    ...(published.length > 0 && { PortBindings: Object.fromEntries(published) as object }),
    ...(mounts.length > 0 && { Mounts: mounts }),
    ...(network !== undefined && { NetworkMode: network }),
    ...(extraHosts !== undefined && { ExtraHosts: extraHosts }),
    ...(shmSize !== undefined && { ShmSize: Number.parseInt(shmSize, 10) * bytesPerMi * (shmSize.endsWith("Gi") ? 1024 : 1) }),
  };
}

function toBody(order: Order<DockerOptions>, spec: TaskSpec, owner: Owner): ContainerBody {
  const name = containerName(owner, spec.id);
  const own = { [label.owner]: owner, [label.id]: spec.id };
  const graceMs = spec.stopGraceMs ?? defaultStopGraceMs;
  const ports = (spec.ports ?? []).map(({ port, protocol = "tcp" }) => [`${port}/${protocol}`, {}]);
  return {
    Image: spec.image ?? "",
    // Docker's own tools take whole seconds; we stop by the label.
    StopTimeout: Math.ceil(graceMs / 1000),
    Tty: spec.tty ?? false,
    // Once: only so does the engine end the program's stdin with the input.
    ...(spec.stdin === true && { OpenStdin: true, StdinOnce: true }),
    Env: toEnv(spec),
    Labels: {
      ...spec.labels,
      ...own,
      [label.hash]: order.specHash,
      [label.labels]: JSON.stringify(spec.labels ?? {}),
      [label.graceMs]: String(graceMs),
      ...(spec.timeoutMs !== undefined && { [label.timeoutMs]: String(spec.timeoutMs) }),
    },
    ...(spec.entrypoint !== undefined && { Entrypoint: spec.entrypoint }),
    ...(spec.command !== undefined && { Cmd: spec.command }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(ports.length > 0 && { ExposedPorts: Object.fromEntries(ports) as object }),
    HostConfig: toHostConfig(order, toMounts(spec, name, own)),
  };
}

/** Pure: what `explain` prints and `start` sends. */
export function toContainerRequest(order: Order<DockerOptions>, owner: Owner): Plan<ContainerRequest> {
  const { problems, adjustments } = treatFields(order.spec, table);
  const all = [...problems, ...problemsOf(order)];
  if (all.length > 0 || order.spec.kind !== "task") return { problems: all, adjustments, requests: [] };
  const { spec } = order as { readonly spec: TaskSpec };
  const platform = spec.platform === undefined ? {} : { platform: spec.platform };
  const { registryCredentials: source, pullPolicy: policy = "if-absent", image = "" } = spec;
  const credentials = source !== undefined && "resolve" in source ? { credentials: source.resolve } : {};
  const secrets = Object.keys(spec.secrets ?? {});
  const name = containerName(owner, spec.id);
  const requests: readonly ContainerRequest[] = [
    { request: "pull", image, policy, ...platform, ...credentials },
    { request: "create", name, ...platform, body: toBody(order, spec, owner) },
    ...(secrets.length > 0 ? [{ request: "write secrets" as const, folder: secretsFolder, secrets }] : []),
    { request: "start", name },
  ];
  return { problems: [], adjustments, requests };
}
