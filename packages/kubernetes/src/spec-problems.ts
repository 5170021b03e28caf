import {
  type Adjustment,
  defaultDrainMs,
  defaultReadinessPeriodMs,
  defaultStopGraceMs,
  type Problem,
  type ServiceSpec,
} from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { KubernetesOptions } from "./kubernetes-config.ts";
import { isLabelKey, isLabelValue, ownPrefix } from "./object-names.ts";

type Say = (path: string, message: string) => void;
/** What a program runs as where the spec does not say: nobody's number, as in the images that are called distroless. */
const defaultUser = 65_532;
/** Kubelets give every container so long (kuberuntime: minimumGracePeriodInSeconds). */
const leastGraceMs = 2_000;

export const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000);
/** By number, as a pod needs it; undefined for a name. */
export function readUser(user: string | undefined): { readonly uid: number; readonly gid?: number } | undefined {
  if (user === undefined) return { uid: defaultUser };
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user) ?? [];
  if (uid === undefined) return undefined;
  return gid === undefined ? { uid: Number(uid) } : { uid: Number(uid), gid: Number(gid) };
}
/** `name/key` of an existing Secret. */
export const readSecretReference = (text: string): readonly [name: string, key: string] | undefined => {
  const [, name, key] = /^([a-z0-9][-a-z0-9.]{0,252})\/([-A-Za-z0-9_.]{1,253})$/.exec(text) ?? [];
  return name === undefined || key === undefined ? undefined : [name, key];
};

function labelProblems({ spec }: Order<KubernetesOptions>, say: Say): void {
  for (const [key, value] of Object.entries(spec.labels ?? {})) {
    const path = `labels.${key}`;
    if (key.startsWith(ownPrefix)) say(path, `begins with ${ownPrefix}, as ours do; expected another key`);
    else if (!isLabelKey(key)) say(path, "is no key of a Kubernetes label; expected name or prefix/name");
    if (!isLabelValue(value)) {
      say(path, `got ${value.length} characters; expected at most 63 letters, digits, - _ . with a letter or digit at both ends`);
    }
  }
}
function secretProblems({ spec }: Order<KubernetesOptions>, say: Say): void {
  for (const [name, use] of Object.entries(spec.secrets ?? {})) {
    if ("backend" in use && readSecretReference(use.backend) === undefined) {
      say(`secrets.${name}.backend`, `got ${JSON.stringify(use.backend)}, expected SECRET/KEY of an existing Secret`);
    }
    if (use.as === "file" && spec.env?.[`${name}_FILE`] !== undefined) {
      say(`env.${name}_FILE`, `is set by secret ${name}; expected another name`);
    }
    if (use.as === "env" && spec.env?.[name] !== undefined) say(`env.${name}`, "is a secret as well; expected another name");
  }
}

/** What Kubernetes cannot do, beyond the table of fields. */
export function specProblems(order: Order<KubernetesOptions>): readonly Problem[] {
  const { spec } = order;
  const problems: Problem[] = [];
  const say: Say = (path, message) => void problems.push({ path, message });
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  if (readUser(spec.user) === undefined) say("user", `got ${spec.user}, a pod takes numbers; expected uid or uid:gid`);
  if (spec.identity?.executionRole !== undefined) {
    say("identity.executionRole", "nodes pull with their own rights; expected registryCredentials");
  }
  if (spec.kind === "service" && spec.restart === "on-failure") {
    say("restart", "a Deployment starts its pods again whatever their code was; expected always, or a task");
  }
  for (const [index, { publish }] of (spec.ports ?? []).entries()) {
    if (spec.kind === "task" && publish !== undefined)
      say(`ports.${index}.publish`, "a task has no Service; its pod has an address of its own; expected no publish");
  }
  if (spec.kind === "task" && (order.options.sidecars ?? []).length > 0) {
    say("options.kubernetes.sidecars", "a pod would wait for them after the task's program has ended; expected none");
  }
  labelProblems(order, say);
  secretProblems(order, say);
  return problems;
}

type Tell = (adjustment: Adjustment) => void;
function serviceAdjustments({ drainMs = defaultDrainMs, readiness }: ServiceSpec, say: Tell): void {
  if (drainMs > 0) {
    const reason = "whole seconds, by the image's own `sleep`; without one there is no drain";
    say({ path: "drainMs", from: drainMs, to: wholeSeconds(drainMs) * 1000, reason });
  }
  const { periodMs = defaultReadinessPeriodMs } = readiness ?? {};
  if (periodMs % 1000 === 0) return;
  const reason = "kubelets probe at whole seconds";
  say({ path: "readiness.periodMs", from: periodMs, to: wholeSeconds(periodMs) * 1000, reason });
}

/** What is done otherwise than a reader of the spec would think. */
export function specAdjustments({ spec }: Order<KubernetesOptions>): readonly Adjustment[] {
  const adjustments: Adjustment[] = [];
  const say: Tell = (adjustment) => void adjustments.push(adjustment);
  const { stopGraceMs = defaultStopGraceMs, platform = "" } = spec;
  const graceMs = Math.max(wholeSeconds(stopGraceMs) * 1000, leastGraceMs);
  if (graceMs !== stopGraceMs) {
    say({ path: "stopGraceMs", from: stopGraceMs, to: graceMs, reason: "kubelets take whole seconds, and give at least two" });
  }
  if (spec.kind === "task" && spec.timeoutMs !== undefined) {
    const reason = "a whole number of seconds, which a kubelet counts from the pod's arrival at its node, pulls included";
    say({ path: "timeoutMs", from: spec.timeoutMs, to: wholeSeconds(spec.timeoutMs) * 1000, reason });
  }
  if (spec.user === undefined) {
    const reason = "the restricted level runs nothing as root; expected user where the image needs another";
    say({ path: "user", from: undefined, to: String(defaultUser), reason });
  }
  if (spec.tty === true && spec.stdin !== true) {
    say({ path: "stdin", from: spec.stdin, to: true, reason: "Kubernetes has no terminal without input" });
  }
  if (spec.kind === "service") serviceAdjustments(spec, say);
  const [os, architecture, variant] = platform.split("/");
  if (variant !== undefined) {
    const reason = "nodes do not tell the variant of their processor";
    say({ path: "platform", from: platform, to: `${os}/${architecture}`, reason });
  }
  return adjustments;
}
