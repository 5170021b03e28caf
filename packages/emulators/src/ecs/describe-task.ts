import type { ContainerRecord, InterfaceRecord, TaskRecord } from "./task-record.ts";
import { writeTags } from "./tags.ts";

const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

function describeAttachment(network: InterfaceRecord): object {
  const { address } = network;
  const details = [
    ["subnetId", network.subnet],
    ...(address === undefined
      ? []
      : [
          ["networkInterfaceId", network.id],
          ["macAddress", network.macAddress],
          ["privateDnsName", `ip-${address.replaceAll(".", "-")}.ec2.internal`],
          ["privateIPv4Address", address],
        ]),
  ].map(([name, value]) => ({ name, value }));
  return { id: network.attachmentId, type: "ElasticNetworkInterface", status: network.status, details };
}

function describeContainer(container: ContainerRecord, task: TaskRecord): object {
  const { definition, override, health } = container;
  const { network, request } = task;
  const memory = override.memory ?? definition.memory;
  const reservation = override.memoryReservation ?? definition.memoryReservation;
  const agent = { name: "ExecuteCommandAgent", lastStatus: container.lastStatus, lastStartedAt: date(container.startedAt) };
  return {
    containerArn: container.arn,
    taskArn: task.arn,
    name: definition.name,
    image: definition.image,
    imageDigest: container.imageDigest,
    ...(container.run && { runtimeId: container.runtimeId }),
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: [],
    networkInterfaces: network?.address ? [{ attachmentId: network.attachmentId, privateIpv4Address: network.address }] : [],
    healthStatus: health,
    ...(request.enableExecuteCommand && { managedAgents: [agent] }),
    cpu: String(override.cpu ?? definition.cpu ?? 0),
    ...(memory !== undefined && { memory: String(memory) }),
    ...(reservation !== undefined && { memoryReservation: String(reservation) }),
  };
}

/** A task is as healthy as the worst of its essential containers, of those that can tell. */
export function healthOf(task: TaskRecord): "HEALTHY" | "UNHEALTHY" | "UNKNOWN" {
  const told = task.containers.filter(({ definition }) => definition.essential && definition.healthCheck);
  if (told.some(({ health }) => health === "UNHEALTHY")) return "UNHEALTHY";
  return told.length > 0 && told.every(({ health }) => health === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

function describeSize({ request: { definition, overrides } }: TaskRecord): object {
  const storage = { sizeInGiB: overrides.ephemeralStorage?.sizeInGiB ?? definition.input.ephemeralStorage?.sizeInGiB ?? 20 };
  return {
    cpu: overrides.cpu ?? (definition.cpu === undefined ? undefined : String(definition.cpu)),
    memory: overrides.memory ?? (definition.memory === undefined ? undefined : String(definition.memory)),
    ephemeralStorage: storage,
    fargateEphemeralStorage: storage,
  };
}

const describePlace = ({ request, cluster, ...task }: TaskRecord): object => ({
  clusterArn: cluster.arn,
  attachments: task.network ? [describeAttachment(task.network)] : [],
  attributes: [
    { name: "ecs.cpu-architecture", value: request.definition.input.runtimePlatform?.cpuArchitecture?.toLowerCase() ?? "x86_64" },
  ],
  availabilityZone: task.availabilityZone,
  capacityProviderName: request.capacityProvider,
  launchType: request.launchType ?? "FARGATE",
  platformVersion: request.platformVersion ?? "1.4.0",
  platformFamily: "Linux",
});

/** As it stands in answers. */
export function describeTask(task: TaskRecord, include: readonly string[] = []): object {
  const { request } = task;
  return {
    taskArn: task.arn,
    taskDefinitionArn: request.definition.arn,
    ...describePlace(task),
    ...describeSize(task),
    containers: task.containers.map((container) => describeContainer(container, task)),
    group: request.group,
    startedBy: request.startedBy,
    enableExecuteCommand: request.enableExecuteCommand,
    inferenceAccelerators: [],
    overrides: { ...request.overrides, containerOverrides: request.overrides.containerOverrides ?? [] },
    healthStatus: healthOf(task),
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    version: task.version,
    ...(task.connectivityAt !== undefined && { connectivity: "CONNECTED", connectivityAt: date(task.connectivityAt) }),
    createdAt: date(task.createdAt),
    pullStartedAt: date(task.pullStartedAt),
    pullStoppedAt: date(task.pullStoppedAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    executionStoppedAt: date(task.executionStoppedAt),
    stoppedAt: date(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    tags: include.includes("TAGS") ? writeTags(task.tags) : [],
  };
}
