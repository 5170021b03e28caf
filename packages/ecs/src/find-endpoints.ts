import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { type Endpoint, LongshoreError, type WorkloadId } from "@longshore/core";
import type { Facts } from "./definitions.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { isReady } from "./map-ecs-service.ts";
import { isOver, mainOf } from "./map-task-state.ts";
import { lastPart } from "./native-names.ts";

/** DescribeTasks knows the private address alone. */
const privateAddress = (task: EcsTask): string | undefined => mainOf(task)?.networkInterfaces?.[0]?.privateIpv4Address;
const interfaceOf = ({ attachments = [] }: EcsTask): string | undefined =>
  attachments.flatMap(({ details = [] }) => details).find(({ name }) => name === "networkInterfaceId")?.value;

/** By network interface. Asked of EC2, whose client is loaded when it is needed. */
async function publicAddresses(
  { api }: EcsParts,
  interfaces: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (interfaces.length === 0) return new Map();
  const { DescribeNetworkInterfacesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
  const client = new EC2Client(api.settings);
  const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [...interfaces] });
  const { NetworkInterfaces = [] } = await api.call("DescribeNetworkInterfaces", signal, (options) =>
    client.send(command, options),
  );
  return new Map(
    NetworkInterfaces.flatMap(({ NetworkInterfaceId: id, Association }) =>
      id === undefined || Association?.PublicIp === undefined ? [] : [[id, Association.PublicIp] as const],
    ),
  );
}

async function endpointsOf(parts: EcsParts, { tasks, facts }: Reached, signal: AbortSignal): Promise<readonly Endpoint[]> {
  const isPublic = parts.config.publicAddress === true;
  const interfaces = isPublic ? tasks.flatMap((task) => interfaceOf(task) ?? []) : [];
  const addresses = await publicAddresses(parts, interfaces, signal);
  return tasks.flatMap((task) => {
    const host = addresses.get(interfaceOf(task) ?? "") ?? privateAddress(task);
    if (host === undefined) return [];
    const instance = lastPart(task.taskArn ?? "");
    return facts.ports.map(({ port, protocol }): Endpoint => ({ instance, port, host, hostPort: port, protocol }));
  });
}
interface Reached {
  readonly tasks: readonly EcsTask[];
  readonly facts: Facts;
}

/** Public addresses where the config asks for them, else those within the VPC. */
export async function findEndpoints(parts: EcsParts, id: WorkloadId, signal: AbortSignal): Promise<readonly Endpoint[]> {
  const { records, services, tasks, definitions } = parts;
  const record = await records.find(id, signal);
  if (record === undefined)
    throw new LongshoreError("no such workload", { code: "not-found", operation: "endpoints", workload: id });
  if (record.kind === "service") {
    const seen = await services.look(id, signal);
    if (seen === undefined || seen.service.desiredCount === 0) return [];
    const ready = seen.tasks.filter((task) => isReady(task, seen.facts.probed));
    const isNew = (task: EcsTask): number => Number(task.taskDefinitionArn === seen.service.taskDefinition);
    // Those of the newest spec first: who takes one of them meets what is to stay.
    const sorted = ready.toSorted((one, other) => isNew(other) - isNew(one));
    return endpointsOf(parts, { tasks: sorted, facts: seen.facts }, signal);
  }
  const task = await tasks.find(record, signal);
  const facts = task && (await definitions.facts(task.taskDefinitionArn ?? "", signal));
  return task === undefined || facts === undefined || isOver(task) ? [] : endpointsOf(parts, { tasks: [task], facts }, signal);
}
