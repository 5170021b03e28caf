import { ArmError } from "./arm-error.ts";

/** What exists, and what the caller may not do; whatever has no list is there. */
export interface ArmScope {
  /** Names; any well-formed one exists where there is no list. */
  readonly resourceGroups?: readonly string[];
  /** Such as `Microsoft.ContainerInstance/containerGroups/write`. */
  readonly deniedActions?: readonly string[];
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const groupName = /^[-\w.()]{0,89}[-\w()]$/u;

/** Of nobody in particular: credentials are not looked at. */
const caller = "00000000-0000-0000-0000-00000000c0de";

/** @throws {@link ArmError} where a path leads nowhere. */
export function checkScope({ resourceGroups }: ArmScope, path: Readonly<Record<string, string>>): void {
  const { subscriptionId, resourceGroupName } = path;
  if (subscriptionId !== undefined && !guid.test(subscriptionId))
    throw new ArmError(
      400,
      "InvalidSubscriptionId",
      `The provided subscription identifier '${subscriptionId}' is malformed or invalid.`,
    );
  if (resourceGroupName === undefined) return;
  const exists = !resourceGroups || resourceGroups.some((name) => name.toLowerCase() === resourceGroupName.toLowerCase());
  if (!groupName.test(resourceGroupName) || !exists)
    throw new ArmError(404, "ResourceGroupNotFound", `Resource group '${resourceGroupName}' could not be found.`);
}

/** @throws {@link ArmError} `AuthorizationFailed` where the caller may not. */
export function checkAction({ deniedActions = [] }: ArmScope, action: string, pathname: string): void {
  if (!deniedActions.some((denied) => denied.toLowerCase() === action.toLowerCase())) return;
  const who = `The client '${caller}' with object id '${caller}'`;
  const what = `does not have authorization to perform action '${action}' over scope '${pathname}' or the scope is invalid.`;
  throw new ArmError(
    403,
    "AuthorizationFailed",
    `${who} ${what} If access was recently granted, please refresh your credentials.`,
  );
}
