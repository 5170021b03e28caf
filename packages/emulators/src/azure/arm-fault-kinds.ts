import type { Fault } from "../fault.ts";
import type { FaultKinds } from "../read-fault-rule.ts";
import { ArmError, tooOften } from "./arm-error.ts";

/**
 * What can go wrong with any call of Azure Resource Manager. `arm:error`: nothing is done, and the answer is the error of this code.
 * `arm:error-after`: the same answer, though all is done. `arm:throttle`: refused with this `Retry-After`.
 */
export const armFaultKinds: FaultKinds = {
  "arm:error": { code: "string", "status?": "number", "message?": "string" },
  "arm:error-after": { code: "string", "status?": "number", "message?": "string" },
  "arm:throttle": { retryAfterSeconds: "number" },
};

/** What goes with a fault, as its kind says. */
export type FaultDetails = Readonly<Record<string, string | number | boolean>>;

export const findFault = (faults: readonly Fault[], kind: string): FaultDetails | undefined =>
  faults.find((fault) => fault.kind === kind) as FaultDetails | undefined;

const quickRetrySeconds = 1;

const tooManyRequests = (retryAfterSeconds: number): ArmError =>
  tooOften("TooManyRequests", "The request is being throttled. Please try again later.", retryAfterSeconds);

/** @throws {@link ArmError} for a request that is refused before it is looked at. */
export function throwFaultBefore(faults: readonly Fault[]): void {
  if (findFault(faults, "throttle")) throw tooManyRequests(quickRetrySeconds);
  const throttle = findFault(faults, "arm:throttle");
  if (throttle) throw tooManyRequests(Number(throttle["retryAfterSeconds"]));
  throwError(findFault(faults, "arm:error"));
}

/** @throws {@link ArmError} for a request that was done. */
export const throwFaultAfter = (faults: readonly Fault[]): void => throwError(findFault(faults, "arm:error-after"));

function throwError(fault: FaultDetails | undefined): void {
  if (fault) throw new ArmError(Number(fault["status"] ?? 409), String(fault["code"]), String(fault["message"] ?? "Injected."));
}
