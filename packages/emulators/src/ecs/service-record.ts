import { randomUUID } from "node:crypto";
import type { ClusterIdentity } from "./cluster-identity.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import { ecsArn } from "./ecs-place.ts";
import type { CreateServiceInput, DeploymentConfiguration } from "./ecs-shapes.ts";
import { readTags, type Tags } from "./tags.ts";
import type { TaskRecord } from "./task-record.ts";

export interface ServiceEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

/** What a service keeps of its requests to give it back. */
export type ServiceSettings = Pick<
  CreateServiceInput,
  | "loadBalancers"
  | "serviceRegistries"
  | "placementConstraints"
  | "placementStrategy"
  | "healthCheckGracePeriodSeconds"
  | "availabilityZoneRebalancing"
>;

export interface ServiceRecord {
  readonly cluster: ClusterIdentity;
  readonly name: string;
  readonly arn: string;
  /** Larger than that of every service before it. */
  readonly sequence: number;
  readonly createdAt: number;
  readonly tags: Tags;
  /** As it was created: the same again is no second service. */
  readonly created: CreateServiceInput;
  readonly tasks: Set<TaskRecord>;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  settings: ServiceSettings;
  configuration: DeploymentConfiguration;
  /** The primary first, then those that it replaces. */
  deployments: readonly DeploymentRecord[];
  /** All that there ever were, the newest first. */
  history: readonly DeploymentRecord[];
  /** The newest first. */
  events: readonly ServiceEvent[];
}

/** How many events a service shows. */
const eventLimit = 100;

export const addEvent = (service: ServiceRecord, at: number, message: string): void => {
  const event = { id: randomUUID(), createdAt: at, message: `(service ${service.name}) ${message}` };
  service.events = [event, ...service.events].slice(0, eventLimit);
};

export const settingsOf = (input: ServiceSettings): ServiceSettings => ({
  ...(input.loadBalancers && { loadBalancers: input.loadBalancers }),
  ...(input.serviceRegistries && { serviceRegistries: input.serviceRegistries }),
  ...(input.placementConstraints && { placementConstraints: input.placementConstraints }),
  ...(input.placementStrategy && { placementStrategy: input.placementStrategy }),
  ...(input.healthCheckGracePeriodSeconds !== undefined && {
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
  }),
  ...(input.availabilityZoneRebalancing && { availabilityZoneRebalancing: input.availabilityZoneRebalancing }),
});

export const newService = (
  cluster: ClusterIdentity,
  input: CreateServiceInput,
  { deployment, at, sequence }: { deployment: DeploymentRecord; at: number; sequence: number },
): ServiceRecord => ({
  cluster,
  name: input.serviceName,
  arn: ecsArn(cluster.place, "service", `${cluster.name}/${input.serviceName}`),
  sequence,
  createdAt: at,
  tags: readTags(input.tags),
  created: input,
  tasks: new Set(),
  status: "ACTIVE",
  desiredCount: input.desiredCount ?? 0,
  settings: settingsOf(input),
  configuration: input.deploymentConfiguration ?? {},
  deployments: [deployment],
  history: [deployment],
  events: [],
});

/** The tasks of a deployment that are not over. */
export const tasksOf = (service: ServiceRecord, { id }: DeploymentRecord): readonly TaskRecord[] =>
  [...service.tasks].filter(({ request, stoppedAt }) => request.startedBy === id && stoppedAt === undefined);

/** Makes a deployment the primary one; those before it are to be replaced. */
export function deploy(service: ServiceRecord, deployment: DeploymentRecord): void {
  for (const before of service.deployments) before.status = "ACTIVE";
  service.deployments = [deployment, ...service.deployments];
  service.history = [deployment, ...service.history];
}
