import type { TokenBucketLimits } from "../token-bucket.ts";

/** Documented buckets: burst, refill a second, and the operations that share it. */
const buckets: readonly (readonly [number, number, readonly string[]])[] = [
  [20, 1, ["CreateCluster", "DeleteCluster", "PutClusterCapacityProviders", "UpdateCluster", "UpdateClusterSettings"]],
  [50, 20, ["DescribeClusters", "ListClusters"]],
  [20, 1, ["DeregisterTaskDefinition", "RegisterTaskDefinition"]],
  [50, 20, ["DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"]],
  [5, 1, ["DeleteTaskDefinitions"]],
  [50, 20, ["DescribeCapacityProviders"]],
  [20, 10, ["TagResource", "UntagResource"]],
  [50, 20, ["ListTagsForResource"]],
  [10, 1, ["DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"]],
  [50, 20, ["ListAccountSettings"]],
  [100, 40, ["ExecuteCommand", "RunTask", "StartTask", "StopTask"]],
  [100, 20, ["DescribeContainerInstances", "DescribeTasks", "ListContainerInstances", "ListTasks"]],
  [50, 5, ["CreateService", "DeleteService", "UpdateService"]],
  [100, 20, ["DescribeServices", "ListServices"]],
  [50, 20, ["DescribeServiceDeployments", "ListServiceDeployments"]],
  [50, 20, ["DescribeServiceRevisions"]],
];

/** ECS's documented request rates for an account in a region. Operations with the same limits object share a bucket. */
export const ecsRates: Readonly<Record<string, TokenBucketLimits>> = Object.fromEntries(
  buckets.flatMap(([burst, perSecond, operations]) => {
    const limits = { burst, perSecond };
    return operations.map((operation) => [operation, limits]);
  }),
);

/** How many tasks Fargate launches: documented as a burst of 100, and 20 a second. */
export const fargateLaunchRate: TokenBucketLimits = { burst: 100, perSecond: 20 };
