import { GoogleError } from "../google/google-error.ts";
import type { RunWorld } from "./run-world.ts";

/** Whoever deploys has to be allowed to act as what is deployed. @throws `PERMISSION_DENIED`, also where there is no such account */
export function checkActAs(account: string | undefined, { policies, serviceAccounts }: RunWorld): void {
  const permission = "iam.serviceAccounts.actAs";
  const isKnown = !account || !serviceAccounts || serviceAccounts.has(account);
  if (isKnown && policies.has(permission)) return;
  throw new GoogleError(
    "PERMISSION_DENIED",
    `Permission '${permission}' denied on service account ${account || "default"} (or it may not exist).`,
  );
}
