import { type Adjustment, defaultReadinessPeriodMs, type Problem, type WorkloadSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { AciConfig, AciOptions } from "./aci-config.ts";
import { groupSize, type GroupSize, isTooLarge, most, storageMebibytes, toMebibytes, usual } from "./group-sizes.ts";

export type AciOrder = Order<AciOptions>;
type Say = (path: string, message: string) => void;
type Tell = (adjustment: Adjustment) => void;

/** Documented: letters, digits and _, at most 63, no digit first. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** An address of a group has so many at most. */
const mostPorts = 5;
/** Tags of a resource; ours take up to 13. */
const mostTags = 37;
const windowsImage = /(^|\/)windows\/|nanoserver|windowsservercore/i;
const identityId = /^\/subscriptions\/.+\/userAssignedIdentities\/[^/]+$/i;
const platforms: readonly string[] = ["linux/amd64"];

export const sizeOf = ({ resources: { cpu, memory } }: AciOrder): GroupSize =>
  groupSize({ milliCpu: cpu ?? usual.milliCpu, mebibytes: memory ?? usual.mebibytes });
export const periodSeconds = (periodMs: number = defaultReadinessPeriodMs): number => Math.max(1, Math.ceil(periodMs / 1000));

function sizeProblems(order: AciOrder, say: Say): void {
  const { cpu, memory, ephemeralStorage = 0, gpu } = order.resources;
  const size = sizeOf(order);
  if (isTooLarge(size)) {
    const path = size.gigabytes > most.gigabytes ? "resources.memory" : "resources.cpu";
    say(
      path,
      `got ${size.milliCpu}m and ${size.gigabytes} GB; a container group has at most ${most.milliCpu}m and ${most.gigabytes} GB`,
    );
  } else if (order.options.exactSize === true) {
    if (cpu !== undefined && cpu !== size.milliCpu)
      say("resources.cpu", `got ${cpu}m, and exactSize is set; the next is ${size.milliCpu}m`);
    if (memory !== undefined && memory !== toMebibytes(size.gigabytes))
      say("resources.memory", `got ${memory}Mi, and exactSize is set; the next is ${size.gigabytes} GB`);
  }
  if (ephemeralStorage > storageMebibytes) say("resources.ephemeralStorage", `got ${ephemeralStorage}Mi, a group has 50Gi`);
  if (gpu !== undefined) say("resources.gpu", "Container Instances no longer have any; expected no gpu");
}
function secretProblems({ spec }: AciOrder, say: Say): void {
  for (const [name, use] of Object.entries(spec.secrets ?? {})) {
    if ("backend" in use) say(`secrets.${name}.backend`, "Container Instances have no store of secrets; expected resolve");
    if (!variableName.test(`${name}${use.as === "file" ? "_FILE" : ""}`))
      say(`secrets.${name}`, "is too long for a variable's name");
    if (spec.env?.[name] !== undefined) say(`env.${name}`, "is a secret as well; expected another name");
  }
  for (const name of Object.keys(spec.env ?? {}))
    if (!variableName.test(name)) say(`env.${name}`, "expected at most 63 letters, digits and _, no digit first");
  const { registryCredentials: registry, identity = {} } = spec;
  if (registry !== undefined && "backend" in registry && !identityId.test(registry.backend))
    say("registryCredentials.backend", "expected the resource id of a user-assigned identity, or resolve");
  for (const role of ["taskRole", "executionRole"] as const) {
    const given = identity[role];
    if (given !== undefined && !identityId.test(given))
      say(`identity.${role}`, `got ${JSON.stringify(given)}, expected the resource id of a user-assigned identity`);
  }
}
function portProblems({ spec, options }: AciOrder, config: AciConfig, say: Say): void {
  const { ports = [] } = spec;
  if (ports.length > mostPorts) say("ports", `got ${ports.length}, an address has at most ${mostPorts}`);
  const seen = new Set<string>();
  for (const [index, { port, publish = port, protocol = "tcp" }] of ports.entries()) {
    if (publish !== port) say(`ports.${index}.publish`, `got ${publish}; a group has an address of its own; expected ${port}`);
    if (seen.has(`${port}/${protocol}`)) say(`ports.${index}`, `${port}/${protocol} is there twice`);
    seen.add(`${port}/${protocol}`);
  }
  if (options.dnsNameLabel === undefined) return;
  const path = "options.aci.dnsNameLabel";
  if (ports.length === 0) say(path, "needs ports: without them a group has no address");
  if (config.subnets !== undefined) say(path, "a private address has no name");
  if (spec.kind === "service" && ((spec.replicas ?? 1) > 1 || spec.update !== "recreate"))
    say(path, "is one group's at a time; expected one replica and update: recreate");
}
function programProblems({ spec }: AciOrder, say: Say): void {
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  else if (windowsImage.test(spec.image)) say("image", `got ${spec.image}; it is of Windows, and groups here are of Linux`);
  if (spec.platform !== undefined && !platforms.includes(spec.platform))
    say("platform", `got ${spec.platform}; expected linux/amd64`);
  if (spec.entrypoint !== undefined && spec.command === undefined && spec.entrypoint.length === 0)
    say("entrypoint", "is empty; expected a program, or none for the image's own");
  if (spec.user !== undefined && !/^\d+(:\d+)?$/.test(spec.user))
    say("user", `got ${spec.user}; expected numbers, such as 1000:1000`);
  if (spec.hardening?.readOnlyRoot === true) say("hardening.readOnlyRoot", "Container Instances have none; expected false");
  if (spec.kind === "service" && spec.restart === "on-failure")
    say("restart", "a group that restarts on failure only is over when its program exits with 0; expected always, or a task");
}
function tagProblems({ spec, options }: AciOrder, say: Say): void {
  const names = [...Object.keys(spec.labels ?? {}), ...Object.keys(options.tags ?? {})];
  if (names.length > mostTags) say("labels", `got ${names.length} labels and tags; a group has room for ${mostTags}`);
  for (const [path, keys] of [
    ["labels", Object.keys(spec.labels ?? {})],
    ["options.aci.tags", Object.keys(options.tags ?? {})],
  ] as const) {
    const lower = keys.map((key) => key.toLowerCase());
    const twice = lower.find((key, index) => lower.indexOf(key) !== index);
    if (twice !== undefined) say(path, `${twice} is there twice; Azure does not tell capital letters from small ones`);
  }
}

/** What Container Instances cannot do, beyond the table of fields. */
export function specProblems(order: AciOrder, config: AciConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const say: Say = (path, message) => void problems.push({ path, message });
  programProblems(order, say);
  portProblems(order, config, say);
  sizeProblems(order, say);
  secretProblems(order, say);
  tagProblems(order, say);
  return problems;
}

function sizeAdjustments(order: AciOrder, say: Tell): void {
  const { cpu, memory, ephemeralStorage } = order.resources;
  const { milliCpu, gigabytes } = sizeOf(order);
  const to = toMebibytes(gigabytes);
  if (cpu !== undefined && cpu !== milliCpu)
    say({ path: "resources.cpu", from: cpu, to: milliCpu, reason: "in steps of a hundredth" });
  if (memory !== undefined && memory !== to)
    say({ path: "resources.memory", from: memory, to, reason: `Container Instances count in tenths of a GB: ${gigabytes}` });
  if (ephemeralStorage !== undefined && ephemeralStorage !== storageMebibytes)
    say({ path: "resources.ephemeralStorage", from: ephemeralStorage, to: storageMebibytes, reason: "what every group has" });
}
function serviceAdjustments(spec: WorkloadSpec, say: Tell): void {
  if (spec.kind !== "service" || spec.readiness === undefined) return;
  const { periodMs = defaultReadinessPeriodMs, path } = spec.readiness;
  if (path === undefined)
    say({
      path: "readiness.path",
      from: path,
      to: "/",
      reason: "Container Instances probe by HTTP, and take no open port for an answer",
    });
  const to = periodSeconds(periodMs) * 1000;
  if (to !== periodMs)
    say({ path: "readiness.periodMs", from: periodMs, to, reason: "Container Instances probe in whole seconds" });
}

/** What is done otherwise than a reader of the spec would think. */
export function specAdjustments(order: AciOrder): readonly Adjustment[] {
  const adjustments: Adjustment[] = [];
  const say: Tell = (adjustment) => void adjustments.push(adjustment);
  const { spec } = order;
  if (spec.command !== undefined && spec.command.length > 0 && spec.entrypoint === undefined) {
    const reason = "a command of Container Instances takes the place of the image's entrypoint as well";
    say({ path: "command", from: spec.command, to: spec.command, reason });
  }
  sizeAdjustments(order, say);
  serviceAdjustments(spec, say);
  return adjustments;
}
