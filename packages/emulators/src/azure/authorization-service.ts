import type { ArmScope } from "./arm-scope.ts";
import type { ArmService } from "./arm-service.ts";

const permissionsAction = "Microsoft.Authorization/permissions/read";

/** What the caller may do in a resource group. */
export function authorizationService({ deniedActions = [] }: ArmScope): ArmService {
  const path = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Authorization/permissions";
  const value = [{ actions: ["*"], notActions: deniedActions, dataActions: [], notDataActions: [] }];
  return {
    name: "authorization",
    operations: {
      ListPermissions: {
        model: { method: "GET", path },
        action: permissionsAction,
        answer: () => ({ status: 200, body: { value } }),
      },
    },
  };
}
