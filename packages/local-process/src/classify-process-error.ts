import type { Fault, FaultCode } from "@longshore/core/driver";

/** By the system's own names (errno(3)). */
const codes: Readonly<Record<string, FaultCode>> = {
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  EROFS: "permission-denied",
  ENOSPC: "quota-exceeded",
  EDQUOT: "quota-exceeded",
  EMFILE: "unavailable",
  ENFILE: "unavailable",
  EAGAIN: "unavailable",
  ENOMEM: "unavailable",
  EIO: "unavailable",
  ESTALE: "unavailable",
  ENOTDIR: "invalid-config",
  ENAMETOOLONG: "invalid-config",
};

/** Never ambiguous: what a failed call has done is in the folder, and the next one goes on from there. */
export function classifyProcessError(error: unknown): Fault | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const known = typeof code === "string" ? codes[code] : undefined;
  return known === undefined ? undefined : { code: known };
}
