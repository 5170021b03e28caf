/**
 * What the driver has to be allowed to do; the role of this package's README allows the same, and a test holds both against
 * the calls that were made.
 */
export const neededActions = [
  "Microsoft.ContainerInstance/containerGroups/read",
  "Microsoft.ContainerInstance/containerGroups/write",
  "Microsoft.ContainerInstance/containerGroups/delete",
  "Microsoft.ContainerInstance/containerGroups/start/action",
  "Microsoft.ContainerInstance/containerGroups/stop/action",
  "Microsoft.ContainerInstance/containerGroups/restart/action",
  "Microsoft.ContainerInstance/containerGroups/containers/logs/read",
  "Microsoft.ContainerInstance/containerGroups/containers/attach/action",
  "Microsoft.ContainerInstance/containerGroups/containers/exec/action",
  "Microsoft.ContainerInstance/locations/capabilities/read",
  "Microsoft.ContainerInstance/locations/usages/read",
  "Microsoft.Authorization/permissions/read",
] as const;
