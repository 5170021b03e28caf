import { type Adjustment, defaultReadinessPeriodMs, type Readiness, type ServiceSpec, type TaskSpec } from "@longshore/core";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import { type CloudRunOrder, longestTimeoutMs, sizeOf } from "./spec-problems.ts";

type Tell = (adjustment: Adjustment) => void;

/** Documented of services (run/docs/container-contract): between SIGTERM and SIGKILL. */
const defaultGraceMs = 10_000;
export const graceOf = ({ stopGraceMs = defaultGraceMs }: CloudRunConfig): number => stopGraceMs;

/** Probes come every 1 to 240 seconds, and an instance has 240 altogether (REST reference, Probe). */
const probe = { least: 1, most: 240 };
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000);
const clamp = (seconds: number): number => Math.min(Math.max(seconds, probe.least), probe.most);

export const timeoutSeconds = ({ timeoutMs = longestTimeoutMs }: TaskSpec): number => wholeSeconds(timeoutMs);
export const probeEverySeconds = ({ periodMs = defaultReadinessPeriodMs }: Readiness): number => clamp(wholeSeconds(periodMs));
/** Every probe until the end of the time that an instance has. */
export function probeAttempts(readiness: Readiness): number {
  const all = clamp(wholeSeconds(readiness.timeoutMs ?? probe.most * 1000));
  return Math.max(1, Math.floor(all / probeEverySeconds(readiness)));
}

function sizeAdjustments(order: CloudRunOrder, tell: Tell): void {
  const { cpu, memory } = order.resources;
  const size = sizeOf(order);
  if (size === undefined) return;
  const reason = "the next size that Cloud Run has";
  if (cpu !== undefined && cpu !== size.cpu * 1000) tell({ path: "resources.cpu", from: cpu, to: size.cpu * 1000, reason });
  if (memory !== undefined && memory !== size.mebibytes)
    tell({ path: "resources.memory", from: memory, to: size.mebibytes, reason });
}
function taskAdjustments(spec: TaskSpec, tell: Tell): void {
  const to = timeoutSeconds(spec) * 1000;
  const reason = spec.timeoutMs === undefined ? "Cloud Run has no task without a time limit" : "Cloud Run counts whole seconds";
  if (spec.timeoutMs !== to) tell({ path: "timeoutMs", from: spec.timeoutMs, to, reason });
}
function readinessAdjustments({ readiness }: ServiceSpec, tell: Tell): void {
  if (readiness === undefined) return;
  const { periodMs = defaultReadinessPeriodMs, timeoutMs } = readiness;
  const period = probeEverySeconds(readiness) * 1000;
  const reason = "Cloud Run probes every 1 to 240 seconds, until an instance has started";
  if (period !== periodMs) tell({ path: "readiness.periodMs", from: periodMs, to: period, reason });
  const all = probeAttempts(readiness) * period;
  if (timeoutMs !== undefined && timeoutMs !== all)
    tell({ path: "readiness.timeoutMs", from: timeoutMs, to: all, reason: "a whole number of probes, at most 240 seconds" });
}

/** What is done otherwise than a reader of the spec would think. */
export function specAdjustments(order: CloudRunOrder, config: CloudRunConfig): readonly Adjustment[] {
  const { spec } = order;
  const adjustments: Adjustment[] = [];
  const tell: Tell = (adjustment) => void adjustments.push(adjustment);
  const grace = graceOf(config);
  if (spec.stopGraceMs !== undefined && spec.stopGraceMs !== grace)
    tell({ path: "stopGraceMs", from: spec.stopGraceMs, to: grace, reason: "Cloud Run's own, which cannot be set" });
  sizeAdjustments(order, tell);
  if (spec.kind === "task") taskAdjustments(spec, tell);
  else readinessAdjustments(spec, tell);
  return adjustments;
}
