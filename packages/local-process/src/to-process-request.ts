import {
  defaultDrainMs,
  defaultReadinessTimeoutMs,
  defaultStopGraceMs,
  type Problem,
  type ServiceSpec,
  type WorkloadSpec,
} from "@longshore/core";
import { type FieldTable, type Order, type Plan, treatFields } from "@longshore/core/driver";
import type { ProcessRequest, ServiceRequest } from "./process-request.ts";
import { markerName } from "./task-record.ts";

/** Nothing to choose yet; a key in the slice is refused. */
export type LocalProcessOptions = Readonly<Record<string, never>>;

/** What a plan must know of this machine; the same for as long as the runtime is open. */
export interface HostFacts {
  /** As images name it: `linux/amd64`. */
  readonly platform: string;
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

const fields: FieldTable = {
  image: { refuse: "a process runtime takes no image; leave image out and name the program in command" },
  entrypoint: "honoured",
  command: "honoured",
  env: "honoured",
  secrets: "honoured",
  resources: "honoured",
  platform: "honoured",
  identity: { refuse: "a process has no cloud identity but this machine's; leave identity out" },
  registryCredentials: { noEffect: "nothing is pulled" },
  pullPolicy: { noEffect: "nothing is pulled" },
  workingDirectory: "honoured",
  user: "honoured",
  init: { noEffect: "the machine's own init reaps what is left" },
  tty: { refuse: "a process gets pipes, no terminal; leave tty out, exec can make one" },
  stdin: "honoured",
  hardening: { noEffect: "a process has no sandbox here; it may do what its user may" },
  ports: "honoured",
  mounts: { refuse: "a process sees the machine's own files; name their paths instead of mounts" },
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  interruptible: { noEffect: "nobody takes this machine's capacity back" },
  replicas: "honoured",
  restart: "honoured",
  readiness: "honoured",
  update: "honoured",
  drainMs: "honoured",
};

/** Pure. Throws nothing: what cannot be done is a problem of the plan. */
export function toProcessRequest(order: Order, facts: HostFacts): Plan<ProcessRequest> {
  const { spec } = order;
  const treated = treatFields(spec, fields);
  const problems = [
    ...treated.problems,
    ...programProblems(spec),
    ...hostProblems(spec, facts),
    ...secretProblems(spec),
    ...(spec.kind === "service" ? [...portProblems(spec), ...probeProblems(spec)] : []),
    ...(order.resources.gpu === undefined
      ? []
      : [{ path: "resources.gpu", message: "devices cannot be given to a process; leave gpu out" }]),
  ];
  const unlimited = Object.entries(spec.resources ?? {}).filter(([name, value]) => name !== "gpu" && value !== undefined);
  const adjustments = [
    ...treated.adjustments,
    ...unlimited.map(([name, from]) => ({ path: `resources.${name}`, from, reason: "a process runs without limits here" })),
  ];
  return { problems, adjustments, requests: problems.length > 0 ? [] : [requestOf(spec)] };
}

function requestOf(spec: WorkloadSpec): ProcessRequest {
  const { entrypoint = [], command = [], env = {}, secrets = {}, labels = {}, ports = [], workingDirectory } = spec;
  return {
    argv: [...entrypoint, ...command],
    env,
    secrets,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(workingDirectory !== undefined && { workingDirectory }),
    ...(ports.length > 0 && { ports }),
    ...(spec.stdin === true && { stdin: true }),
    ...(spec.kind === "task" && spec.timeoutMs !== undefined && { timeoutMs: spec.timeoutMs }),
    ...(spec.kind === "task" && spec.pendingTimeoutMs !== undefined && { pendingTimeoutMs: spec.pendingTimeoutMs }),
    graceMs: spec.stopGraceMs ?? defaultStopGraceMs,
    ...(spec.kind === "service" && { service: serviceOf(spec) }),
  };
}

function serviceOf(spec: ServiceSpec): ServiceRequest {
  const { replicas = 1, restart = "always", readiness, update = "rolling", drainMs = defaultDrainMs } = spec;
  return {
    replicas,
    restart,
    ...(readiness !== undefined && { readiness }),
    readyMs: readiness?.timeoutMs ?? defaultReadinessTimeoutMs,
    rolling: update === "rolling",
    drainMs,
  };
}

function portProblems({ ports = [], replicas = 1, update = "rolling" }: ServiceSpec): readonly Problem[] {
  const fixed = ports.findIndex(({ publish }) => publish !== undefined);
  if (fixed === -1 || (replicas === 1 && update === "recreate")) return [];
  const message = "one instance at a time can have a fixed port; expected replicas 1 and update recreate, or no publish";
  return [{ path: `ports.${fixed}.publish`, message }];
}

/** Each instance has ports of its own, which it knows by those that are declared. */
function probeProblems({ ports = [], readiness }: ServiceSpec): readonly Problem[] {
  if (readiness === undefined) return [];
  const declared = ports.flatMap(({ port, protocol = "tcp" }, at) => (port === readiness.port ? [{ at, protocol }] : []));
  if (declared.some(({ protocol }) => protocol === "tcp")) return [];
  return [
    { path: "readiness.port", message: "each instance has ports of its own; expected one that ports declares, over tcp" },
    ...declared.map(({ at }) => ({
      path: `ports.${at}.protocol`,
      message: "readiness asks this port over tcp; expected tcp, or another port for readiness",
    })),
  ];
}

function programProblems({ entrypoint = [], command = [], env = {} }: WorkloadSpec): readonly Problem[] {
  const [program = ""] = [...entrypoint, ...command];
  return [
    ...(program === "" ? [{ path: "command", message: "there is no image to say what to run; name a program here" }] : []),
    ...(markerName in env ? [{ path: `env.${markerName}`, message: "the name is taken: it marks the task's processes" }] : []),
  ];
}

function hostProblems({ platform, user }: WorkloadSpec, facts: HostFacts): readonly Problem[] {
  const [name, group] = user?.split(":") ?? [];
  const sameUser = name === undefined || [facts.user, String(facts.uid)].includes(name);
  const sameGroup = group === undefined || group === String(facts.gid);
  const samePlatform = platform === undefined || platform.split("/").slice(0, 2).join("/") === facts.platform;
  return [
    ...(sameUser && sameGroup
      ? []
      : [{ path: "user", message: `everything runs as ${facts.user} (${facts.uid}:${facts.gid}); leave user out` }]),
    ...(samePlatform ? [] : [{ path: "platform", message: `this machine is ${facts.platform}` }]),
  ];
}

function secretProblems({ env = {}, secrets = {} }: WorkloadSpec): readonly Problem[] {
  const uses = Object.entries(secrets);
  const stored = uses.filter(([, use]) => "backend" in use);
  const variables = uses.map(([name, { as }]) => (as === "env" ? name : `${name}_FILE`));
  const twice = variables.filter((name, index) => name in env || name === markerName || variables.indexOf(name) !== index);
  return [
    ...stored.map(([name]) => ({
      path: `secrets.${name}`,
      message: "this machine has no store of secrets; expected resolve instead of backend",
    })),
    ...twice.map((name) => ({ path: "secrets", message: `the variable ${name} is set twice` })),
  ];
}
