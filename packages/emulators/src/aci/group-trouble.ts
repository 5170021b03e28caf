import { findFault } from "../azure/arm-fault-kinds.ts";
import type { Fault } from "../fault.ts";
import type { FaultKinds } from "../read-fault-rule.ts";

/**
 * What a container group can be told to do wrong by the request that deploys it: CreateOrUpdate, Start or Restart.
 * `aci:missing-after-create`: nobody sees it for `ms`. `aci:provisioning-failure`: its operation fails late, and it goes on trying: it
 * is tried again after `retriesAfterMs`, or never. `aci:pull-failure`: its images cannot be pulled, or not the first so many `times`.
 * `aci:interruption`: its containers are killed after `afterMs` and run again, whatever the restart policy. `aci:restarts-anyway`:
 * containers that fail run again so many `times`, although the policy is Never.
 */
export const deploymentFaultKinds: FaultKinds = {
  "aci:missing-after-create": { ms: "number" },
  "aci:slow-create": { ms: "number" },
  "aci:no-capacity": {},
  "aci:inaccessible-image": {},
  "aci:provisioning-failure": { "afterMs?": "number", "code?": "string", "message?": "string", "retriesAfterMs?": "number" },
  "aci:pull-failure": { "times?": "number", "reason?": "string" },
  "aci:interruption": { afterMs: "number" },
  "aci:restarts-anyway": { "times?": "number" },
};

/** What is wrong with one deployment. */
export interface GroupTrouble {
  readonly missingMs?: number;
  readonly slowCreateMs?: number;
  readonly provisioning?: {
    readonly afterMs: number;
    readonly code: string;
    readonly message: string;
    /** Absent: never. */
    readonly retriesAfterMs?: number;
  };
  readonly pull?: { readonly times: number; readonly reason: string };
  readonly interruptionMs?: number;
  /** How often a container runs again though it must not. */
  readonly restartsAnyway?: number;
}

function provisioningOf(faults: readonly Fault[]): GroupTrouble["provisioning"] {
  const fault = findFault(faults, "aci:provisioning-failure");
  if (!fault) return undefined;
  const { afterMs = 0, retriesAfterMs } = fault;
  return {
    afterMs: Number(afterMs),
    code: String(fault["code"] ?? "ServiceUnavailable"),
    message: String(fault["message"] ?? "The requested resource is not available in the location at this moment."),
    ...(retriesAfterMs !== undefined && { retriesAfterMs: Number(retriesAfterMs) }),
  };
}

export function troubleOf(faults: readonly Fault[]): GroupTrouble {
  const missing = findFault(faults, "aci:missing-after-create");
  const slow = findFault(faults, "aci:slow-create");
  const provisioning = provisioningOf(faults);
  const pull = findFault(faults, "aci:pull-failure");
  const interruption = findFault(faults, "aci:interruption");
  const restarts = findFault(faults, "aci:restarts-anyway");
  return {
    ...(missing && { missingMs: Number(missing["ms"]) }),
    ...(slow && { slowCreateMs: Number(slow["ms"]) }),
    ...(provisioning && { provisioning }),
    ...(pull && {
      pull: { times: Number(pull["times"] ?? Infinity), reason: String(pull["reason"] ?? "the registry does not answer") },
    }),
    ...(interruption && { interruptionMs: Number(interruption["afterMs"]) }),
    ...(restarts && { restartsAnyway: Number(restarts["times"] ?? 1) }),
  };
}
