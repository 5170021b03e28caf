import { randomBytes, randomUUID } from "node:crypto";
import type { EngineRun } from "../engine.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { ecsArn } from "./ecs-place.ts";
import type { ContainerDefinition, ContainerOverride, NetworkConfiguration, TaskOverride } from "./ecs-shapes.ts";
import type { Tags } from "./tags.ts";
import type { TaskDefinitionRecord } from "./task-definition-record.ts";

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type TaskStopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "SpotInterruption";

export type Health = "HEALTHY" | "UNHEALTHY" | "UNKNOWN";

export interface ContainerRecord {
  readonly arn: string;
  readonly runtimeId: string;
  readonly definition: ContainerDefinition;
  readonly override: ContainerOverride;
  lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  health: Health;
  run?: EngineRun;
  startedAt?: number;
  imageDigest?: string;
  exitCode?: number;
  reason?: string;
}

/** The task's own network interface. */
export interface InterfaceRecord {
  readonly attachmentId: string;
  readonly id: string;
  readonly macAddress: string;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
  readonly isPublic: boolean;
  status: "PRECREATED" | "ATTACHING" | "ATTACHED" | "DELETED";
  address?: string;
}

/** How a task was asked for. */
export interface TaskRequest {
  readonly definition: TaskDefinitionRecord;
  readonly group: string;
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly platformVersion?: string;
  readonly overrides: TaskOverride;
  readonly network?: NetworkConfiguration;
  readonly enableExecuteCommand: boolean;
  readonly tags: Tags;
  /** Faults of this task: see `ecs-fault-kinds.ts`. */
  readonly trouble: TaskTrouble;
}

export interface TaskTrouble {
  /** DescribeTasks and ListTasks do not know it for so long. */
  readonly missingMs?: number;
  readonly slowStartMs?: number;
  readonly pullFailure?: string;
  /** So long after it runs, its place is taken away. */
  readonly spotInterruptionMs?: number;
}

/** A task, and all that becomes of it. Times are milliseconds since 1970. */
export interface TaskRecord {
  readonly id: string;
  readonly arn: string;
  /** Larger than that of every task before it. */
  readonly sequence: number;
  readonly cluster: ClusterIdentity;
  readonly request: TaskRequest;
  readonly createdAt: number;
  readonly tags: Tags;
  readonly containers: readonly ContainerRecord[];
  readonly network?: InterfaceRecord;
  readonly availabilityZone: string;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  /** Grows with every change. */
  version: number;
  connectivityAt?: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: TaskStopCode;
  stoppedReason?: string;
}

function newInterface({ network }: TaskRequest): InterfaceRecord | undefined {
  const { subnets, securityGroups = [], assignPublicIp } = network?.awsvpcConfiguration ?? { subnets: [] };
  const [subnet] = subnets;
  if (subnet === undefined) return undefined;
  const mac = randomBytes(5).toString("hex").match(/../g)?.join(":");
  return {
    attachmentId: randomUUID(),
    id: `eni-${randomBytes(9).toString("hex").slice(0, 17)}`,
    // Locally administered, as no vendor's.
    macAddress: `02:${mac}`,
    subnet,
    securityGroups,
    isPublic: assignPublicIp === "ENABLED",
    status: "PRECREATED",
  };
}

/** Makes the record of a task that is about to begin. */
export function newTask(
  cluster: ClusterIdentity,
  request: TaskRequest,
  { at, sequence }: { at: number; sequence: number },
): TaskRecord {
  const id = randomUUID().replaceAll("-", "");
  const network = newInterface(request);
  return {
    id,
    arn: ecsArn(cluster.place, "task", `${cluster.name}/${id}`),
    sequence,
    cluster,
    request,
    createdAt: at,
    tags: new Map(request.tags),
    availabilityZone: `${cluster.place.region}a`,
    ...(network && { network }),
    containers: request.definition.containers.map((definition) => ({
      arn: ecsArn(cluster.place, "container", `${cluster.name}/${id}/${randomUUID()}`),
      runtimeId: `${id}-${randomBytes(5).readUInt32BE()}`,
      definition,
      override: request.overrides.containerOverrides?.find(({ name }) => name === definition.name) ?? {},
      lastStatus: "PENDING",
      health: "UNKNOWN",
    })),
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    version: 1,
  };
}
