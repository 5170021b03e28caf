import { defaultStopGraceMs, type Problem, type TaskSpec } from "@longshore/core";
import { type FieldTable, type Order, type Plan, treatFields } from "@longshore/core/driver";
import type { ProcessRequest } from "./process-request.ts";
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
  tty: { refuse: "a process gets pipes, no terminal; leave tty out" },
  stdin: { refuse: "a process reads an empty stdin; leave stdin out" },
  hardening: { noEffect: "a process has no sandbox here; it may do what its user may" },
  ports: { noEffect: "a process binds the machine's own ports by itself" },
  mounts: { refuse: "a process sees the machine's own files; name their paths instead of mounts" },
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  interruptible: { noEffect: "nobody takes this machine's capacity back" },
  replicas: { refuse: "services only" },
  restart: { refuse: "services only" },
  readiness: { refuse: "services only" },
  update: { refuse: "services only" },
  drainMs: { refuse: "services only" },
};

/** Pure. Throws nothing: what cannot be done is a problem of the plan. */
export function toProcessRequest(order: Order, facts: HostFacts): Plan<ProcessRequest> {
  const { spec } = order;
  if (spec.kind === "service") {
    return { problems: [{ path: "kind", message: "this runtime runs tasks only, not services" }], adjustments: [], requests: [] };
  }
  const treated = treatFields(spec, fields);
  const problems = [
    ...treated.problems,
    ...programProblems(spec),
    ...hostProblems(spec, facts),
    ...secretProblems(spec),
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

function requestOf(spec: TaskSpec): ProcessRequest {
  const { entrypoint = [], command = [], env = {}, secrets = {}, workingDirectory, timeoutMs, pendingTimeoutMs } = spec;
  return {
    argv: [...entrypoint, ...command],
    env,
    secrets,
    ...(workingDirectory !== undefined && { workingDirectory }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(pendingTimeoutMs !== undefined && { pendingTimeoutMs }),
    graceMs: spec.stopGraceMs ?? defaultStopGraceMs,
  };
}

function programProblems({ entrypoint = [], command = [], env = {} }: TaskSpec): readonly Problem[] {
  const [program = ""] = [...entrypoint, ...command];
  return [
    ...(program === "" ? [{ path: "command", message: "there is no image to say what to run; name a program here" }] : []),
    ...(markerName in env ? [{ path: `env.${markerName}`, message: "the name is taken: it marks the task's processes" }] : []),
  ];
}

function hostProblems({ platform, user }: TaskSpec, facts: HostFacts): readonly Problem[] {
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

function secretProblems({ env = {}, secrets = {} }: TaskSpec): readonly Problem[] {
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
