import { ClientTokens } from "./client-tokens.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import type { CapacityProviderStrategyItem } from "./ecs-shapes.ts";
import { stoppedTaskRetentionMs } from "./retention.ts";
import type { ServiceRecord } from "./service-record.ts";
import { type Tags, writeTags } from "./tags.ts";
import type { TaskRecord } from "./task-record.ts";

export interface ClusterRecord extends ClusterIdentity {
  readonly tags: Tags;
  readonly tasks: Map<string, TaskRecord>;
  readonly services: Map<string, ServiceRecord>;
  readonly tokens: ClientTokens;
  status: "ACTIVE" | "INACTIVE";
  settings: readonly object[];
  configuration?: object;
  capacityProviders: readonly string[];
  defaultStrategy: readonly CapacityProviderStrategyItem[];
}

export const newCluster = (identity: ClusterIdentity, tags: Tags = new Map()): ClusterRecord => ({
  ...identity,
  tags,
  tasks: new Map(),
  services: new Map(),
  tokens: new ClientTokens(),
  status: "ACTIVE",
  settings: [{ name: "containerInsights", value: "disabled" }],
  capacityProviders: [],
  defaultStrategy: [],
});

/** The tasks that can still be described. */
export function rememberedTasks(cluster: ClusterRecord, now: number): readonly TaskRecord[] {
  for (const [id, { stoppedAt }] of cluster.tasks)
    if (stoppedAt !== undefined && now - stoppedAt > stoppedTaskRetentionMs) cluster.tasks.delete(id);
  return [...cluster.tasks.values()];
}

const count = <Item>(items: Iterable<Item>, holds: (item: Item) => boolean): number => [...items].filter(holds).length;

/** As it stands in answers. `include` is of ClusterField. */
export function describeCluster(cluster: ClusterRecord, include: readonly string[] = []): object {
  const tasks = [...cluster.tasks.values()];
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: count(tasks, ({ lastStatus }) => lastStatus === "RUNNING"),
    pendingTasksCount: count(tasks, ({ lastStatus }) => ["PROVISIONING", "PENDING", "ACTIVATING"].includes(lastStatus)),
    activeServicesCount: count(cluster.services.values(), ({ status }) => status === "ACTIVE"),
    statistics: [],
    tags: include.includes("TAGS") ? writeTags(cluster.tags) : [],
    settings: include.includes("SETTINGS") ? cluster.settings : [],
    ...(include.includes("CONFIGURATIONS") && cluster.configuration && { configuration: cluster.configuration }),
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
  };
}
