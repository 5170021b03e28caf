import type { Host } from "./host.ts";
import { LongshoreError } from "./longshore-error.ts";
import type { SecretSource, WorkloadSpec } from "./spec.ts";

export interface ResolvedSecret {
  readonly name: string;
  readonly as: "env" | "file";
  readonly value: string;
}

/** Asks the host's resolver for one value. A name in the backend's own store is the driver's to handle, and refused here. */
export async function resolveSecret(source: SecretSource, host: Host, signal: AbortSignal): Promise<string> {
  if (!("resolve" in source)) {
    const message = "this backend has no store of secrets; expected resolve instead of backend";
    throw new LongshoreError(message, { code: "invalid-spec", operation: "resolve secret" });
  }
  if (host.secrets === undefined) {
    const message = `secret ${source.resolve}: the runtime was opened without a secret resolver`;
    throw new LongshoreError(message, { code: "invalid-spec", operation: "resolve secret" });
  }
  return host.secrets.resolve(source.resolve, signal);
}

/** All values of a spec, for a driver whose backend has no store of its own. Held no longer than the start needs them. */
export async function resolveSecrets(spec: WorkloadSpec, host: Host, signal: AbortSignal): Promise<readonly ResolvedSecret[]> {
  const uses = Object.entries(spec.secrets ?? {});
  return Promise.all(uses.map(async ([name, use]) => ({ name, as: use.as, value: await resolveSecret(use, host, signal) })));
}
