import type { DeploymentRecord } from "./deployment-record.ts";
import { ecsArn } from "./ecs-place.ts";
import { type ServiceRecord, tasksOf } from "./service-record.ts";
import { writeTags } from "./tags.ts";
import type { TaskRecord } from "./task-record.ts";

const running = (tasks: Iterable<TaskRecord>): number => [...tasks].filter(({ lastStatus }) => lastStatus === "RUNNING").length;
const pending = (tasks: Iterable<TaskRecord>): number =>
  [...tasks].filter(({ lastStatus }) => ["PROVISIONING", "PENDING", "ACTIVATING"].includes(lastStatus)).length;

/** How the tasks of a deployment are launched. */
export const describeLaunch = ({ launch: { placement, input } }: DeploymentRecord): object => ({
  ...(placement.launchType ? { launchType: placement.launchType } : { capacityProviderStrategy: placement.strategy }),
  platformVersion: input.platformVersion === undefined || input.platformVersion === "LATEST" ? "1.4.0" : input.platformVersion,
  platformFamily: "Linux",
  ...(input.networkConfiguration && { networkConfiguration: input.networkConfiguration }),
});

function describeDeployment(service: ServiceRecord, deployment: DeploymentRecord): object {
  const tasks = tasksOf(service, deployment);
  const wanted = deployment.status === "PRIMARY" && deployment.rolloutState !== "FAILED" ? service.desiredCount : 0;
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.launch.definition.arn,
    desiredCount: wanted,
    pendingCount: pending(tasks),
    runningCount: running(tasks),
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...describeLaunch(deployment),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

/** The ARN of what a deployment does, and of what it runs. */
export const deploymentArn = (
  { cluster, name }: ServiceRecord,
  { number }: DeploymentRecord,
  kind: "service-deployment" | "service-revision",
): string => ecsArn(cluster.place, kind, `${cluster.name}/${name}/${number}`);

/** As it stands in answers. */
export function describeService(service: ServiceRecord, include: readonly string[] = []): object {
  const current = service.deployments[0] ?? service.history[0];
  const { created } = service;
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: running(service.tasks),
    pendingCount: pending(service.tasks),
    ...(current && describeLaunch(current)),
    taskDefinition: current?.launch.definition.arn,
    deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100, ...service.configuration },
    deployments: service.deployments.map((deployment) => describeDeployment(service, deployment)),
    ...(current?.rolloutState === "IN_PROGRESS" && {
      currentServiceDeployment: deploymentArn(service, current, "service-deployment"),
    }),
    events: service.events.map(({ createdAt, ...event }) => ({ ...event, createdAt: new Date(createdAt) })),
    createdAt: new Date(service.createdAt),
    createdBy: `arn:aws:iam::${service.cluster.place.account}:root`,
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    ...service.settings,
    schedulingStrategy: "REPLICA",
    deploymentController: { type: "ECS" },
    enableECSManagedTags: current?.launch.input.enableECSManagedTags ?? created.enableECSManagedTags ?? false,
    propagateTags: current?.launch.input.propagateTags ?? "NONE",
    enableExecuteCommand: current?.launch.input.enableExecuteCommand ?? false,
    tags: include.includes("TAGS") ? writeTags(service.tags) : [],
  };
}
