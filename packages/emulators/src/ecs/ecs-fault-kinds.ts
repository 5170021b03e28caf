import type { Fault, FaultDetail } from "../fault.ts";
import type { FaultKinds } from "../read-fault-rule.ts";
import type { TaskTrouble } from "./task-record.ts";

/**
 * What ECS can be told to do wrong: with a request (`ecs:RunTask`), or with the tasks that services launch, as if
 * `ecs:ServiceLaunch` was an operation.
 */
export const ecsFaultKinds: FaultKinds = {
  "ecs:missing-after-run": { ms: "number" },
  "ecs:capacity": { "started?": "number", "reason?": "string" },
  "ecs:started-though-failed": { "reason?": "string" },
  "ecs:pull-failure": { "reason?": "string" },
  "ecs:slow-start": { ms: "number" },
  "ecs:spot-interruption": { afterMs: "number" },
};

const noCapacity = "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/** What a fault says, in words: what else it could be was refused when it was read. */
const textOf = (detail: FaultDetail | undefined, otherwise: string): string => (typeof detail === "string" ? detail : otherwise);

const findFault = (faults: readonly Fault[], kind: string): Readonly<Record<string, FaultDetail>> | undefined =>
  faults.find((fault) => fault.kind === kind) as Readonly<Record<string, FaultDetail>> | undefined;

/** What is wrong with the tasks of a request from their start to their end. */
export function troubleOf(faults: readonly Fault[]): TaskTrouble {
  const missing = findFault(faults, "ecs:missing-after-run");
  const slow = findFault(faults, "ecs:slow-start");
  const pull = findFault(faults, "ecs:pull-failure");
  const spot = findFault(faults, "ecs:spot-interruption");
  return {
    ...(missing && { missingMs: Number(missing["ms"]) }),
    ...(slow && { slowStartMs: Number(slow["ms"]) }),
    ...(pull && { pullFailure: textOf(pull["reason"], "failed to resolve reference: i/o timeout") }),
    ...(spot && { spotInterruptionMs: Number(spot["afterMs"]) }),
  };
}

export interface LaunchOutcome {
  /** How many of the tasks are started. */
  readonly started: number;
  /** How many of them the answer tells of. */
  readonly told: number;
  /** Why the others are not, and those that are started and not told of. */
  readonly reason?: string;
}

/** How many of `count` tasks there is room for, and how many the answer says so of. */
export function outcomeOf(faults: readonly Fault[], count: number): LaunchOutcome {
  const ghost = findFault(faults, "ecs:started-though-failed");
  if (ghost) return { started: count, told: 0, reason: textOf(ghost["reason"], noCapacity) };
  const full = findFault(faults, "ecs:capacity");
  if (!full) return { started: count, told: count };
  const started = Math.min(count, Number(full["started"] ?? 0));
  return { started, told: started, reason: textOf(full["reason"], noCapacity) };
}
