import { type Adjustment, defaultReadinessPeriodMs, defaultStopGraceMs, type Problem, type WorkloadSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { EcsConfig, EcsOptions } from "./ecs-config.ts";
import { type FargateSize, fargateSize, toUnits } from "./fargate-sizes.ts";

export type EcsOrder = Order<EcsOptions>;
type Say = (path: string, message: string) => void;

/** ContainerDefinition.stopTimeout takes 120 seconds at the most (API reference). */
const mostGraceMs = 120_000;
/** Task definitions take from 21 to 200 GiB; 20 is what a task has that asks for nothing (API reference, EphemeralStorage). */
const storage = { least: 21, most: 200 };
/** Both are the smallest that Fargate has: an order that asks for nothing. */
const usual = { cpu: 250, memory: 512 } as const;
const architectures: Readonly<Record<string, "X86_64" | "ARM64">> = { "linux/amd64": "X86_64", "linux/arm64": "ARM64" };
/** HealthCheck.interval is 5 to 300 seconds (API reference). */
const probeSeconds = { least: 5, most: 300 };

const gib = 1024;
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000);
export const graceSeconds = (spec: WorkloadSpec): number =>
  wholeSeconds(Math.min(spec.stopGraceMs ?? defaultStopGraceMs, mostGraceMs));
export const architectureOf = ({ platform }: WorkloadSpec): "X86_64" | "ARM64" | undefined =>
  platform === undefined ? undefined : architectures[platform];
export const sizeOf = ({ resources: { cpu, memory } }: EcsOrder): FargateSize | undefined =>
  fargateSize({ units: toUnits(cpu ?? usual.cpu), mebibytes: memory ?? usual.memory });
export const storageGib = ({ resources: { ephemeralStorage } }: EcsOrder): number | undefined => {
  const asked = ephemeralStorage === undefined ? 0 : Math.ceil(ephemeralStorage / gib);
  return asked < storage.least ? undefined : asked;
};
export const probeEverySeconds = (periodMs: number = defaultReadinessPeriodMs): number =>
  Math.min(Math.max(wholeSeconds(periodMs), probeSeconds.least), probeSeconds.most);
/** The spec's word counts; where commands may be run ECS recommends one. */
export const needsInit = ({ spec, options }: EcsOrder): boolean => spec.init ?? options.executeCommand === true;
const arn = /^arn:[\w-]+:(secretsmanager|ssm):/;

function secretProblems({ spec }: EcsOrder, say: Say): void {
  for (const [name, use] of Object.entries(spec.secrets ?? {})) {
    if (use.as === "file") say(`secrets.${name}.as`, "ECS gives secrets as variables only; expected env");
    if ("resolve" in use) {
      say(`secrets.${name}`, "ECS reads secrets from its own stores; expected backend with an ARN of Secrets Manager or SSM");
    } else if (!arn.test(use.backend)) {
      say(`secrets.${name}.backend`, `got ${JSON.stringify(use.backend)}, expected an ARN of Secrets Manager or SSM`);
    }
    if (spec.env?.[name] !== undefined) say(`env.${name}`, "is a secret as well; expected another name");
  }
  const registry = spec.registryCredentials;
  if (registry === undefined) return;
  if ("resolve" in registry) say("registryCredentials", "ECS reads them from Secrets Manager; expected backend with an ARN");
  else if (!/^arn:[\w-]+:secretsmanager:/.test(registry.backend))
    say("registryCredentials.backend", `got ${JSON.stringify(registry.backend)}, expected an ARN of Secrets Manager`);
}
function sizeProblems(order: EcsOrder, say: Say): void {
  const { ephemeralStorage = 0, gpu } = order.resources;
  const [cpu, memory]: readonly [number, number] = [order.resources.cpu ?? usual.cpu, order.resources.memory ?? usual.memory];
  const size = sizeOf(order);
  if (size === undefined) {
    const path = memory > 244 * gib ? "resources.memory" : "resources.cpu";
    say(path, `got ${cpu}m and ${memory}Mi; Fargate has at most 32000m with 244Gi`);
  } else if (order.options.exactSize === true && (size.units !== toUnits(cpu) || size.mebibytes !== memory)) {
    const next = `${(size.units * 1000) / 1024}m with ${size.mebibytes}Mi`;
    say("resources", `${cpu}m with ${memory}Mi is no size of Fargate's, and exactSize is set; the next one is ${next}`);
  }
  if (ephemeralStorage > storage.most * gib)
    say("resources.ephemeralStorage", `got ${ephemeralStorage}Mi, Fargate has at most 200Gi`);
  if (gpu !== undefined) say("resources.gpu", "Fargate has none; expected no gpu");
}
function hardeningProblems({ hardening = {} }: WorkloadSpec, say: Say): void {
  const other = hardening.add?.find((one) => one !== "SYS_PTRACE");
  if (other !== undefined) say("hardening.add", `got ${other}; Fargate adds SYS_PTRACE alone`);
}

/** What commands beside the program need (developerguide, "ECS Exec", considerations). */
function commandProblems({ spec, options }: EcsOrder, config: EcsConfig, say: Say): void {
  if (options.executeCommand !== true) return;
  if (spec.hardening?.readOnlyRoot === true) {
    say("hardening.readOnlyRoot", "executeCommand is set, whose agent writes to the container's root; expected false");
  }
  if ((spec.identity?.taskRole ?? config.taskRole) === undefined) {
    say("identity.taskRole", "is missing; executeCommand is set, whose agent needs a role with the rights of ssmmessages");
  }
  if (/^1\.[0-3]\./.test(options.platformVersion ?? "")) {
    say("options.ecs.platformVersion", `got ${options.platformVersion}; executeCommand is set; expected 1.4.0 or a later one`);
  }
}

/** What ECS cannot do, beyond the table of fields. */
export function specProblems(order: EcsOrder, config: EcsConfig): readonly Problem[] {
  const { spec } = order;
  const problems: Problem[] = [];
  const say: Say = (path, message) => void problems.push({ path, message });
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  if (spec.platform !== undefined && architectureOf(spec) === undefined) {
    say("platform", `got ${spec.platform}; expected linux/amd64 or linux/arm64`);
  }
  for (const [index, { port, publish = port }] of (spec.ports ?? []).entries()) {
    if (publish !== port) say(`ports.${index}.publish`, `got ${publish}; a task has an address of its own; expected ${port}`);
  }
  if (spec.kind === "service" && spec.restart === "on-failure") {
    say("restart", "an ECS service starts its tasks again whatever their code was; expected always, or a task");
  }
  sizeProblems(order, say);
  secretProblems(order, say);
  hardeningProblems(spec, say);
  commandProblems(order, config, say);
  return problems;
}

type Tell = (adjustment: Adjustment) => void;
function sizeAdjustments(order: EcsOrder, say: Tell): void {
  const { cpu, memory, ephemeralStorage } = order.resources;
  const size = sizeOf(order);
  if (size === undefined) return;
  const [milliCpu, reason] = [(size.units * 1000) / 1024, "the next size that Fargate has"];
  if (cpu !== milliCpu && cpu !== undefined) say({ path: "resources.cpu", from: cpu, to: milliCpu, reason });
  if (memory !== size.mebibytes && memory !== undefined)
    say({ path: "resources.memory", from: memory, to: size.mebibytes, reason });
  const gibs = storageGib(order) ?? storage.least - 1;
  if (ephemeralStorage !== undefined && gibs * gib !== ephemeralStorage) {
    const what = "whole GiB; 20 is what every task has";
    say({ path: "resources.ephemeralStorage", from: ephemeralStorage, to: gibs * gib, reason: what });
  }
}

/** What is done otherwise than a reader of the spec would think. */
export function specAdjustments(order: EcsOrder, config: EcsConfig): readonly Adjustment[] {
  const { spec } = order;
  const adjustments: Adjustment[] = [];
  const say: Tell = (adjustment) => void adjustments.push(adjustment);
  const { stopGraceMs = defaultStopGraceMs, hardening = {} } = spec;
  const graceMs = graceSeconds(spec) * 1000;
  if (graceMs !== stopGraceMs) {
    say({ path: "stopGraceMs", from: stopGraceMs, to: graceMs, reason: "ECS takes whole seconds, at most 120" });
  }
  if (hardening.noNewPrivileges !== undefined) {
    const reason = "Fargate takes no security options";
    say({ path: "hardening.noNewPrivileges", from: hardening.noNewPrivileges, reason });
  }
  if (spec.kind === "task" && spec.interruptible === true) {
    const { capacityProviders = config.capacityProviders } = order.options;
    const reason = capacityProviders
      ? "the capacity providers are named already"
      : "container instances have no Spot of ECS' own";
    if (capacityProviders || config.launchType === "EC2") say({ path: "interruptible", from: true, reason });
  }
  if (spec.kind === "service" && spec.readiness !== undefined) {
    const { periodMs = defaultReadinessPeriodMs } = spec.readiness;
    const to = probeEverySeconds(periodMs) * 1000;
    const reason = "ECS probes every 5 to 300 seconds, with a shell and wget or nc of the image's own";
    if (to !== periodMs) say({ path: "readiness.periodMs", from: periodMs, to, reason });
  }
  if (spec.init === undefined && needsInit(order)) {
    say({
      path: "init",
      from: false,
      to: true,
      reason: "what a command leaves behind is reaped by it (options.ecs.executeCommand)",
    });
  }
  sizeAdjustments(order, say);
  return adjustments;
}
