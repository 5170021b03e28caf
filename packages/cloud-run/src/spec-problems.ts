import type { Problem, ServiceSpec, TaskSpec, WorkloadSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { CloudRunConfig, CloudRunOptions } from "./cloud-run-config.ts";
import { type JobSize, jobSize, largest } from "./job-sizes.ts";

export type CloudRunOrder = Order<CloudRunOptions>;
type Say = (path: string, message: string) => void;

/** The smallest that there is, and what an order has that asks for nothing. */
const usual = { milliCpu: 1000, mebibytes: 512 } as const;
/** Of a task's attempt (run/docs/configuring/task-timeout): 168 hours. */
export const longestTimeoutMs = 604_800_000;
/** Of one variable's value (run/quotas). */
const longestValueBytes = 32_768;
/** Cloud Run sets them itself, and refuses them (run/docs/container-contract). */
const reserved =
  /^(PORT|K_SERVICE|K_REVISION|K_CONFIGURATION|CLOUD_RUN_(JOB|EXECUTION|TASK_INDEX|TASK_ATTEMPT|TASK_COUNT|TIMEOUT_SECONDS|WORKER_POOL|REVISION))$/;
const secretName = /^(projects\/[^/]+\/secrets\/)?[\w-]{1,255}(\/versions\/(latest|\d+))?$/;

export const sizeOf = ({ resources: { cpu, memory } }: CloudRunOrder): JobSize | undefined =>
  jobSize({ milliCpu: cpu ?? usual.milliCpu, mebibytes: memory ?? usual.mebibytes });
export const accountOf = ({ spec }: CloudRunOrder, config: CloudRunConfig): string | undefined =>
  spec.identity?.taskRole ?? config.serviceAccount;

/** Of Secret Manager: the version is pinned where the reference says one. */
export function readSecret(reference: string): { readonly secret: string; readonly version: string } {
  const [secret = "", version = "latest"] = reference.split("/versions/");
  return { secret, version };
}

function secretProblems({ secrets = {}, env = {} }: WorkloadSpec, say: Say): void {
  for (const [name, use] of Object.entries(secrets)) {
    if (use.as === "file") say(`secrets.${name}.as`, "secrets come as variables only here; expected env");
    if ("resolve" in use)
      say(`secrets.${name}`, "Cloud Run reads Secret Manager itself; expected backend with a secret's name there");
    else if (!secretName.test(use.backend))
      say(
        `secrets.${name}.backend`,
        `got ${JSON.stringify(use.backend)}, expected NAME, NAME/versions/N or projects/P/secrets/NAME/versions/N`,
      );
    if (env[name] !== undefined) say(`env.${name}`, "is a secret as well; expected another name");
  }
  for (const name of [...Object.keys(env), ...Object.keys(secrets)])
    if (reserved.test(name))
      say(name in env ? `env.${name}` : `secrets.${name}`, "Cloud Run sets it itself; expected another name");
  for (const [name, value] of Object.entries(env))
    if (Buffer.byteLength(value) > longestValueBytes) say(`env.${name}`, `is longer than ${longestValueBytes} bytes`);
}
function sizeProblems(order: CloudRunOrder, say: Say): void {
  const { cpu = usual.milliCpu, memory = usual.mebibytes, ephemeralStorage, gpu } = order.resources as Record<string, number>;
  const size = sizeOf(order);
  if (size === undefined) {
    const path = memory > largest.mebibytes ? "resources.memory" : "resources.cpu";
    say(path, `got ${cpu}m and ${memory}Mi; Cloud Run has at most ${largest.milliCpu}m with 32Gi`);
  } else if (order.options.exactSize === true && (size.cpu * 1000 !== cpu || size.mebibytes !== memory)) {
    const next = `${size.cpu * 1000}m with ${size.mebibytes}Mi`;
    say("resources", `${cpu}m with ${memory}Mi is no size of Cloud Run's, and exactSize is set; the next one is ${next}`);
  }
  if (ephemeralStorage !== undefined)
    say("resources.ephemeralStorage", "files take their room of the memory; expected none, and more resources.memory");
  if (gpu !== undefined) say("resources.gpu", "GPUs are not offered here; expected no gpu");
}
function hardeningProblems({ hardening = {} }: WorkloadSpec, say: Say): void {
  const { readOnlyRoot, noNewPrivileges, drop = [], add = [] } = hardening;
  if (readOnlyRoot === true) say("hardening.readOnlyRoot", "Cloud Run mounts no root read-only; expected false");
  if (noNewPrivileges === true) say("hardening.noNewPrivileges", "Cloud Run has no such option; expected false");
  if (drop.length > 0) say("hardening.drop", "Cloud Run takes no capabilities away; expected none");
  if (add.length > 0) say("hardening.add", "Cloud Run gives no capabilities; expected none");
}
/** What of the slice only services have, or only those with a port. */
function optionProblems({ spec, options }: CloudRunOrder, say: Say): void {
  if (spec.kind === "service" && (spec.ports ?? []).length > 0) return;
  for (const name of ["ingress", "concurrency", "executionEnvironment"] as const)
    if (options[name] !== undefined) say(`options.cloud-run.${name}`, "is for services with a port; expected none");
}
function taskProblems(spec: TaskSpec, say: Say): void {
  const { timeoutMs = 0, ports = [] } = spec;
  if (timeoutMs > longestTimeoutMs)
    say("timeoutMs", `got ${timeoutMs}; Cloud Run ends a task after 168 hours at the latest, ${longestTimeoutMs}`);
  if (ports.length > 0) say("ports", "a job has no address; expected none, or a service");
}
function serviceProblems(spec: ServiceSpec, say: Say): void {
  const { ports = [], readiness, restart } = spec;
  if (ports.length > 1) say("ports", `got ${ports.length}; a Cloud Run service has one port, a worker pool none`);
  for (const [index, { port, protocol, publish = port }] of ports.entries()) {
    if (protocol === "udp") say(`ports.${index}.protocol`, "Cloud Run takes HTTP; expected tcp");
    if (publish !== port) say(`ports.${index}.publish`, `got ${publish}; a service has an address of its own; expected none`);
  }
  if (readiness !== undefined && readiness.port !== ports[0]?.port)
    say("readiness.port", `got ${readiness.port}; Cloud Run probes the port that requests go to; expected that of ports`);
  if (restart === "on-failure")
    say("restart", "Cloud Run starts an instance again whatever its code was; expected always, or a task");
}

/** What Cloud Run cannot do, beyond the table of fields. */
export function specProblems(order: CloudRunOrder, config: CloudRunConfig): readonly Problem[] {
  const { spec } = order;
  const problems: Problem[] = [];
  const say: Say = (path, message) => void problems.push({ path, message });
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  if (spec.platform !== undefined && spec.platform !== "linux/amd64")
    say("platform", `got ${spec.platform}; Cloud Run runs linux/amd64 alone`);
  if (accountOf(order, config) === undefined)
    say("identity.taskRole", "no service account; expected one here, or serviceAccount in the config");
  if (spec.identity?.executionRole !== undefined)
    say("identity.executionRole", "Cloud Run pulls images by its own service agent; expected none");
  sizeProblems(order, say);
  secretProblems(spec, say);
  hardeningProblems(spec, say);
  optionProblems(order, say);
  if (spec.kind === "task") taskProblems(spec, say);
  else serviceProblems(spec, say);
  return problems;
}
