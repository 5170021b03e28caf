import type { Fault } from "../fault.ts";
import type { FaultKinds } from "../read-fault-rule.ts";

/**
 * What can go wrong with any call of Google Cloud. `google:error`: nothing is done, and the answer is the error of this code
 * (`PERMISSION_DENIED`). `google:error-after`: the same answer, though all is done. `grpc:break-connection`: all is done, and the
 * connection breaks with every call on it; only over gRPC, where calls share one.
 */
export const googleFaultKinds: FaultKinds = {
  "google:error": { code: "string", "message?": "string" },
  "google:error-after": { code: "string", "message?": "string" },
  "grpc:break-connection": {},
};

/** What goes with a fault, as its kind says. */
export type FaultDetails = Readonly<Record<string, string | number | boolean>>;

export const findFault = (faults: readonly Fault[], kind: string): FaultDetails | undefined =>
  faults.find((fault) => fault.kind === kind) as FaultDetails | undefined;
