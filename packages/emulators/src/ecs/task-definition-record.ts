import { ecsArn, type EcsPlace } from "./ecs-place.ts";
import type { ContainerDefinition, RegisterTaskDefinitionInput } from "./ecs-shapes.ts";
import { fargateProblem } from "./fargate-problem.ts";
import { readCpu, readMemory } from "./fargate-sizes.ts";
import { readTags, type Tags } from "./tags.ts";

export interface TaskDefinitionRecord {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly containers: readonly ContainerDefinition[];
  readonly input: RegisterTaskDefinitionInput;
  /** CPU units and MiB of the whole task, where they are said. */
  readonly cpu?: number;
  readonly memory?: number;
  readonly compatibilities: readonly string[];
  readonly registeredAt: number;
  readonly registeredBy: string;
  readonly tags: Tags;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  deregisteredAt?: number;
  deleteRequestedAt?: number;
}

export interface Registration {
  readonly place: EcsPlace;
  readonly revision: number;
  readonly at: number;
}

/** What ECS fills in where a container's definition says nothing. */
const complete = (container: ContainerDefinition, awsvpc: boolean): ContainerDefinition => ({
  cpu: 0,
  essential: true,
  environment: [],
  mountPoints: [],
  volumesFrom: [],
  ...container,
  portMappings: (container.portMappings ?? []).map((mapping) => ({
    protocol: "tcp",
    ...(awsvpc && mapping.containerPort !== undefined && { hostPort: mapping.containerPort }),
    ...mapping,
  })),
});

/** Makes the record of a new revision; the input has been checked. */
export function newTaskDefinition(
  input: RegisterTaskDefinitionInput,
  { place, revision, at }: Registration,
): TaskDefinitionRecord {
  const [cpu, memory] = [input.cpu && readCpu(input.cpu), input.memory && readMemory(input.memory)];
  return {
    arn: ecsArn(place, "task-definition", `${input.family}:${revision}`),
    family: input.family,
    revision,
    input,
    containers: input.containerDefinitions.map((container) => complete(container, input.networkMode === "awsvpc")),
    ...(cpu && { cpu }),
    ...(memory && { memory }),
    compatibilities: ["EC2", ...(fargateProblem(input) === undefined ? ["FARGATE"] : [])],
    registeredAt: at,
    registeredBy: `arn:aws:iam::${place.account}:root`,
    tags: readTags(input.tags),
    status: "ACTIVE",
  };
}

const attributesOf = ({ input, containers }: TaskDefinitionRecord): readonly { name: string }[] => {
  const names = new Set<string>();
  for (const { logConfiguration, secrets } of containers) {
    if (logConfiguration) names.add(`com.amazonaws.ecs.capability.logging-driver.${logConfiguration.logDriver}`);
    for (const { valueFrom } of secrets ?? [])
      names.add(`ecs.capability.secrets.${valueFrom.includes(":secretsmanager:") ? "asm" : "ssm"}.environment-variables`);
  }
  if (input.networkMode === "awsvpc") names.add("ecs.capability.task-eni");
  if (input.taskRoleArn) names.add("com.amazonaws.ecs.capability.task-iam-role");
  if (input.executionRoleArn) names.add("ecs.capability.execution-role-awslogs");
  return [...names].sort().map((name) => ({ name }));
};

const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** As it stands in answers. */
export function describeTaskDefinition(record: TaskDefinitionRecord): object {
  const { tags: _tags, ...input } = record.input;
  return {
    ...input,
    taskDefinitionArn: record.arn,
    revision: record.revision,
    status: record.status,
    containerDefinitions: record.containers,
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
    compatibilities: record.compatibilities,
    requiresAttributes: attributesOf(record),
    ...(record.cpu !== undefined && { cpu: String(record.cpu) }),
    ...(record.memory !== undefined && { memory: String(record.memory) }),
    registeredAt: date(record.registeredAt),
    registeredBy: record.registeredBy,
    deregisteredAt: date(record.deregisteredAt),
    deleteRequestedAt: date(record.deleteRequestedAt),
  };
}
