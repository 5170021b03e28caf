import type { CreateServiceCommandInput, RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { nativeName, type Plan, treatFields } from "@longshore/core/driver";
import type { Owner } from "@longshore/core";
import type { EcsConfig } from "./ecs-config.ts";
import { fieldTable } from "./field-table.ts";
import { startedBy, tag } from "./native-names.ts";
import { recordName } from "./records.ts";
import { type EcsOrder, specAdjustments, specProblems } from "./spec-problems.ts";
import { type TaskDefinitionInput, toTaskDefinition } from "./to-task-definition.ts";

/** In the order in which they are sent. What only an answer tells stands in them as `{the answer}`. */
export type EcsRequest =
  | { readonly request: "CreateLogStream"; readonly input: { readonly logGroupName: string; readonly logStreamName: string } }
  | { readonly request: "RegisterTaskDefinition"; readonly input: TaskDefinitionInput }
  | { readonly request: "RunTask"; readonly input: RunTaskCommandInput }
  | { readonly request: "CreateService"; readonly input: CreateServiceCommandInput };

type Placement = Pick<
  RunTaskCommandInput,
  "cluster" | "launchType" | "capacityProviderStrategy" | "networkConfiguration" | "platformVersion"
>;

function toPlacement({ spec, options }: EcsOrder, config: EcsConfig): Placement {
  const { subnets = config.subnets, securityGroups = config.securityGroups } = options;
  const { publicAddress = config.publicAddress ?? false, capacityProviders = config.capacityProviders } = options;
  const spot = spec.kind === "task" && spec.interruptible === true && config.launchType !== "EC2";
  const providers = capacityProviders ?? (spot ? ["FARGATE_SPOT"] : undefined);
  return {
    cluster: config.cluster ?? "default",
    // A request that has both is refused.
    ...(providers === undefined
      ? { launchType: config.launchType ?? "FARGATE" }
      : { capacityProviderStrategy: providers.map((capacityProvider) => ({ capacityProvider, weight: 1 })) }),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        ...(securityGroups !== undefined && { securityGroups: [...securityGroups] }),
        // Container instances give none: the request would be refused.
        ...(config.launchType !== "EC2" && { assignPublicIp: publicAddress ? "ENABLED" : "DISABLED" }),
      },
    },
    ...(options.platformVersion !== undefined && { platformVersion: options.platformVersion }),
  };
}
const toTags = ({ spec, options }: EcsOrder, owner: Owner): { key: string; value: string }[] => [
  { key: tag.owner, value: owner },
  { key: tag.id, value: spec.id },
  ...Object.entries(options.tags ?? {}).map(([key, value]) => ({ key, value })),
];

/** No overrides: what a task runs stands in its definition alone. */
function toRunTask(order: EcsOrder, owner: Owner, config: EcsConfig): RunTaskCommandInput {
  const { spec, specHash, options } = order;
  return {
    taskDefinition: "{the definition}",
    count: 1,
    ...toPlacement(order, config),
    startedBy: startedBy(owner, spec.id),
    group: `longshore:{the record's time}:${specHash}`,
    clientToken: "{of the record}",
    ...(options.executeCommand !== undefined && { enableExecuteCommand: options.executeCommand }),
    tags: toTags(order, owner),
  };
}
/** A name of a service takes 255 characters (CreateService). */
export const serviceName = (owner: Owner, id: EcsOrder["spec"]["id"]): string => nativeName(owner, id, 255);

function toServiceInput(order: EcsOrder, owner: Owner, config: EcsConfig): CreateServiceCommandInput {
  const { spec, options } = order;
  const replicas = spec.kind === "service" ? (spec.replicas ?? 1) : 1;
  const recreate = spec.kind === "service" && spec.update === "recreate";
  return {
    ...toPlacement(order, config),
    serviceName: serviceName(owner, spec.id),
    taskDefinition: "{the definition}",
    desiredCount: replicas,
    clientToken: "{of the record}",
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: true, rollback: true },
      minimumHealthyPercent: recreate ? 0 : 100,
      maximumPercent: recreate ? 100 : 200,
    },
    propagateTags: "SERVICE",
    ...(options.executeCommand !== undefined && { enableExecuteCommand: options.executeCommand }),
    tags: toTags(order, owner),
  };
}

/** Pure: what `explain` prints and `start` sends. */
export function toEcsRequest(order: EcsOrder, owner: Owner, config: EcsConfig): Plan<EcsRequest> {
  const { spec, specHash } = order;
  const { problems: untreated, adjustments: treated } = treatFields(spec, fieldTable);
  const problems = [...untreated, ...specProblems(order, config)];
  const adjustments = [...treated, ...specAdjustments(order, config)];
  if (problems.length > 0) return { problems, adjustments, requests: [] };
  const definition = toTaskDefinition(order, owner, config);
  const { id, kind } = spec;
  const logStreamName = recordName(owner, { id, kind, family: definition.family ?? "", specHash });
  return {
    problems,
    adjustments,
    requests: [
      { request: "CreateLogStream", input: { logGroupName: config.logGroup ?? "/longshore", logStreamName } },
      { request: "RegisterTaskDefinition", input: definition },
      kind === "task"
        ? { request: "RunTask", input: toRunTask(order, owner, config) }
        : { request: "CreateService", input: toServiceInput(order, owner, config) },
    ],
  };
}
