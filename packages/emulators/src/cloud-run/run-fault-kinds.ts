import type { Fault } from "../fault.ts";
import { findFault } from "../google/google-fault-kinds.ts";
import type { FaultKinds } from "../read-fault-rule.ts";

/**
 * What Cloud Run can be told to do wrong with the execution that a request starts: RunJob, or CreateJob and UpdateJob with a
 * token. `run:missing-after-run`: nobody sees it for `ms`. `run:operation-error`: the operation of it ends with an error,
 * whatever became of it. `run:interruption`: the first attempt of each task is killed after `afterMs`.
 */
export const runFaultKinds: FaultKinds = {
  "run:missing-after-run": { ms: "number" },
  "run:slow-start": { ms: "number" },
  "run:pull-failure": { "reason?": "string" },
  "run:no-exit-code": {},
  "run:operation-error": { "message?": "string" },
  "run:interruption": { afterMs: "number" },
};

/** What is wrong with one execution. */
export interface ExecutionTrouble {
  readonly missingMs?: number;
  readonly slowStartMs?: number;
  readonly pullFailure?: string;
  readonly hidesExitCode?: boolean;
  readonly operationError?: string;
  readonly interruptionMs?: number;
}

export function troubleOf(faults: readonly Fault[]): ExecutionTrouble {
  const missing = findFault(faults, "run:missing-after-run");
  const slow = findFault(faults, "run:slow-start");
  const pull = findFault(faults, "run:pull-failure");
  const operation = findFault(faults, "run:operation-error");
  const interruption = findFault(faults, "run:interruption");
  return {
    ...(missing && { missingMs: Number(missing["ms"]) }),
    ...(slow && { slowStartMs: Number(slow["ms"]) }),
    ...(pull && { pullFailure: String(pull["reason"] ?? "the registry does not answer") }),
    ...(findFault(faults, "run:no-exit-code") && { hidesExitCode: true }),
    ...(operation && { operationError: String(operation["message"] ?? "Internal system error, please try again.") }),
    ...(interruption && { interruptionMs: Number(interruption["afterMs"]) }),
  };
}
