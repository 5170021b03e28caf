import type { ArmHandler, ArmOperation, ArmService } from "../azure/arm-service.ts";
import type { OpenApi } from "../azure/open-api.ts";
import type { AciWorld } from "./aci-world.ts";
import { containerOperations } from "./container-operations.ts";
import { groupOperations } from "./group-operations.ts";
import { GroupQuota } from "./group-quota.ts";
import type { GroupStore } from "./group-store.ts";
import { listGroups } from "./list-groups.ts";
import { locationOperations } from "./location-operations.ts";
import type { Locations } from "./locations.ts";
import type { SocketSessions } from "./socket-sessions.ts";

export interface AciServing {
  readonly api: OpenApi;
  readonly world: AciWorld;
  readonly store: GroupStore;
  readonly sockets: SocketSessions;
  readonly locations: Locations;
  readonly quotas: boolean;
  readonly pageSize: number;
  readonly windowsImages: readonly string[];
  readonly cachedImages: readonly string[];
}

const provider = "Microsoft.ContainerInstance";

/** What a caller has to be allowed to do for each operation. */
const actions: Readonly<Record<string, string>> = {
  Attach: "containerGroups/containers/attach/action",
  CreateOrUpdate: "containerGroups/write",
  Delete: "containerGroups/delete",
  ExecuteCommand: "containerGroups/containers/exec/action",
  Get: "containerGroups/read",
  GetOutboundNetworkDependenciesEndpoints: "containerGroups/outboundNetworkDependenciesEndpoints/read",
  List: "containerGroups/read",
  ListByResourceGroup: "containerGroups/read",
  ListCachedImages: "locations/cachedImages/read",
  ListCapabilities: "locations/capabilities/read",
  ListLogs: "containerGroups/containers/logs/read",
  ListOperations: "operations/read",
  ListUsage: "locations/usages/read",
  Restart: "containerGroups/restart/action",
  Start: "containerGroups/start/action",
  Stop: "containerGroups/stop/action",
  Update: "containerGroups/write",
};

const describedActions = (): object[] =>
  [...new Set(Object.values(actions))].sort().map((action) => {
    const [resource = "", ...rest] = action.split("/");
    const display = { provider: "Microsoft Container Instance", resource, operation: rest.join(" ") || "read" };
    return { name: `${provider}/${action}`, display, origin: "User" };
  });

/** Container Instances: every operation of its description, and where an operation's end is waited for. */
export function aciService(serving: AciServing): ArmService {
  const { api, world, store, sockets, locations, quotas, pageSize, windowsImages, cachedImages } = serving;
  const { clock, operations } = world;
  const quota = new GroupQuota(clock, { holds: quotas, all: () => store.all });
  const list = listGroups({ store, clock, pageSize });
  const handlers: Readonly<Record<string, ArmHandler>> = {
    ...groupOperations({ store, clock, operations, quota, locations, windowsImages }),
    ...containerOperations({ store, sockets, clock }),
    ...locationOperations({ quota, locations, cachedImages }),
    List: list,
    ListByResourceGroup: list,
    ListOperations: () => ({ status: 200, body: { value: describedActions() } }),
  };
  const described = Object.entries(api.operations).map(([name, model]): [string, ArmOperation] => [
    name,
    { model, action: `${provider}/${actions[name]}`, answer: handlers[name]! },
  ]);
  const getOperation: ArmOperation = {
    model: {
      method: "GET",
      path: `/subscriptions/{subscriptionId}/providers/${provider}/locations/{location}/operations/{operationId}`,
    },
    action: `${provider}/locations/operations/read`,
    answer: ({ path }) => ({ status: 200, body: operations.describe(path) }),
  };
  return { name: "aci", api, operations: { ...Object.fromEntries(described), GetOperation: getOperation } };
}
