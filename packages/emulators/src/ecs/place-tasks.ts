import { ModelledError } from "../aws/modelled-error.ts";
import { invalidParameter } from "./ecs-errors.ts";
import type { CapacityProviderStrategyItem, LaunchInput } from "./ecs-shapes.ts";
import type { TaskDefinitionRecord } from "./task-definition-record.ts";

/** What a cluster can run tasks on. */
export interface ClusterCapacity {
  readonly capacityProviders: readonly string[];
  readonly defaultStrategy: readonly CapacityProviderStrategyItem[];
}

/** Where tasks run: what the request says, or the cluster's default strategy, or instances of one's own. */
export interface Placement {
  readonly launchType?: string;
  readonly strategy?: readonly CapacityProviderStrategyItem[];
}

export const fargateProviders: readonly string[] = ["FARGATE", "FARGATE_SPOT"];
const strategyLimit = 20;
const platformVersions = ["LATEST", "1.4.0", "1.3.0"];

function checkStrategy(strategy: readonly CapacityProviderStrategyItem[], cluster: ClusterCapacity): void {
  if (strategy.length > strategyLimit)
    throw invalidParameter(`A capacity provider strategy can contain at most ${strategyLimit} capacity providers.`);
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1)
    throw invalidParameter("Only one capacity provider in a strategy can have a base.");
  for (const { capacityProvider } of strategy)
    if (!cluster.capacityProviders.includes(capacityProvider))
      throw invalidParameter(
        `The specified capacity provider '${capacityProvider}' is not associated with the cluster; PutClusterCapacityProviders associates it.`,
      );
}

/** @throws InvalidParameterException for what cannot be placed. */
export function placementOf(
  input: Omit<LaunchInput, "taskDefinition">,
  definition: TaskDefinitionRecord,
  cluster: ClusterCapacity,
): Placement {
  const { launchType, capacityProviderStrategy: given } = input;
  if (launchType && given?.length)
    throw invalidParameter("Specifying both a launch type and capacity provider strategy is not supported.");
  const strategy = given?.length ? given : launchType ? [] : cluster.defaultStrategy;
  checkStrategy(strategy, cluster);
  const type = strategy.length > 0 ? "FARGATE" : (launchType ?? "EC2");
  if (type === "EC2" || type === "EXTERNAL" || type === "MANAGED_INSTANCES")
    throw invalidParameter("No Container Instances were found in your cluster.");
  if (!definition.compatibilities.includes(type)) throw invalidParameter(`Task definition does not support launch_type ${type}.`);
  checkNetwork(input, definition);
  if (!platformVersions.includes(input.platformVersion ?? "LATEST"))
    throw new ModelledError("PlatformUnknownException", "The specified platform version does not exist.");
  return strategy.length > 0 ? { strategy } : { launchType: type };
}

function checkNetwork({ networkConfiguration }: Omit<LaunchInput, "taskDefinition">, definition: TaskDefinitionRecord): void {
  const awsvpc = networkConfiguration?.awsvpcConfiguration;
  if (definition.input.networkMode !== "awsvpc") {
    if (awsvpc) throw invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.");
    return;
  }
  if (!awsvpc) throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (awsvpc.subnets.length === 0) throw invalidParameter("subnets can not be empty.");
  if (awsvpc.subnets.length > 16) throw invalidParameter("subnets can have at most 16 items.");
  if ((awsvpc.securityGroups?.length ?? 0) > 5) throw invalidParameter("securityGroups can have at most 5 items.");
}

/** Which provider each of `count` tasks goes to, when `before` are placed already: the base first, then by weights. */
export function assignProviders(
  strategy: readonly CapacityProviderStrategyItem[],
  before: number,
  count: number,
): readonly string[] {
  const based = strategy.find(({ base = 0 }) => base > 0);
  const turns = strategy.flatMap(({ capacityProvider, weight = 0 }) => Array.from({ length: weight }, () => capacityProvider));
  const fallback = strategy[0]?.capacityProvider ?? "FARGATE";
  return Array.from({ length: count }, (_, index) => {
    const place = before + index;
    const base = based?.base ?? 0;
    if (based && place < base) return based.capacityProvider;
    return turns[(place - base) % Math.max(1, turns.length)] ?? fallback;
  });
}
