import { randomInt } from "node:crypto";
import type { LaunchInput } from "./ecs-shapes.ts";
import type { Placement } from "./place-tasks.ts";
import type { TaskDefinitionRecord } from "./task-definition-record.ts";

/** How the tasks of a deployment are launched. */
export interface DeploymentLaunch {
  readonly definition: TaskDefinitionRecord;
  readonly placement: Placement;
  readonly input: Omit<LaunchInput, "taskDefinition">;
}

/** One way in which a service runs its tasks, from its first to its last. */
export interface DeploymentRecord {
  /** Nineteen digits, as AWS has. */
  readonly number: string;
  readonly id: string;
  readonly launch: DeploymentLaunch;
  readonly createdAt: number;
  /** The deployment that this one takes back. */
  readonly rollbackOf?: DeploymentRecord;
  status: "PRIMARY" | "ACTIVE" | "INACTIVE";
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  /** Since the last one that was healthy. */
  failedTasks: number;
  /** Whether it has ever been complete. */
  updatedAt: number;
  finishedAt?: number;
}

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join("");

export function newDeployment(launch: DeploymentLaunch, at: number, rollbackOf?: DeploymentRecord): DeploymentRecord {
  const number = `${randomInt(1, 10)}${digits(18)}`;
  const id = `ecs-svc/${number}`;
  const reason = rollbackOf
    ? `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`
    : `ECS deployment ${id} in progress.`;
  return {
    number,
    id,
    launch,
    createdAt: at,
    ...(rollbackOf && { rollbackOf }),
    status: "PRIMARY",
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: reason,
    failedTasks: 0,
    updatedAt: at,
  };
}
