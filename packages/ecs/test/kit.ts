import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudWatchLogsClient, DescribeLogStreamsCommand, DeleteLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  StopTaskCommand,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import type { Owner, WorkloadId } from "@longshore/core";
import type { EcsConfig } from "@longshore/ecs";
import type { EcsEmulator } from "@longshore/emulators";

const region = "eu-west-3";
export const image = "busybox:1.35";
const account = "123456789012";
const executionRole = `arn:aws:iam::${account}:role/execution`;
const taskRole = `arn:aws:iam::${account}:role/task`;
const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
const logGroup = "/longshore";

/** A config that is quick: what an emulator answers, it answers at once. */
export const configOf = (endpoint: string): EcsConfig => ({
  region,
  endpoint,
  credentials: { ...credentials },
  subnets: ["subnet-0123456789abcdef0"],
  executionRole,
  taskRole,
  logQuietMs: 200,
  pollMs: 50,
  callsPerSecond: 2000,
});

/** Of the emulator's Docker engine, by the label that it gives them. */
export async function killContainer(taskId: string): Promise<void> {
  const docker = (...words: readonly string[]) => promisify(execFile)("docker", words);
  const { stdout } = await docker("ps", "--quiet", "--no-trunc", "--filter", "name=" + taskId.slice(0, 12));
  for (const container of stdout.split("\n").filter(Boolean)) await docker("kill", container);
}

/** What is really there, seen by the plain SDK. */
export class Bed {
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;

  constructor(url: string) {
    const client = { endpoint: url, region, credentials: { ...credentials }, maxAttempts: 5 };
    this.ecs = new ECSClient(client);
    this.logs = new CloudWatchLogsClient({ ...client, disableHostPrefix: true });
  }
  static async on({ url }: EcsEmulator): Promise<Bed> {
    const bed = new Bed(url);
    await bed.ecs.send(new CreateClusterCommand({ clusterName: "default" }));
    return bed;
  }
  async streams(prefix: string): Promise<readonly string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    try {
      do {
        const input = { logGroupName: logGroup, logStreamNamePrefix: prefix, ...(nextToken && { nextToken }) };
        const page = await this.logs.send(new DescribeLogStreamsCommand(input));
        found.push(...page.logStreams!.map(({ logStreamName }) => logStreamName!));
        ({ nextToken } = page);
      } while (nextToken);
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
    }
    return found;
  }
  async definitions(owner: Owner): Promise<readonly string[]> {
    const found: string[] = [];
    const { families } = await this.ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: `longshore-${owner}-` }));
    for (const familyPrefix of families!)
      for (const status of ["ACTIVE", "INACTIVE"] as const) {
        const { taskDefinitionArns } = await this.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix, status }));
        found.push(...taskDefinitionArns!);
      }
    return found;
  }
  /** Of the whole cluster. */
  async tasks(): Promise<readonly Task[]> {
    const found: Task[] = [];
    for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
      let nextToken: string | undefined;
      do {
        const page = await this.ecs.send(new ListTasksCommand({ desiredStatus, ...(nextToken && { nextToken }) }));
        ({ nextToken } = page);
        if (page.taskArns!.length === 0) continue;
        const { tasks } = await this.ecs.send(new DescribeTasksCommand({ tasks: page.taskArns!, include: ["TAGS"] }));
        found.push(...tasks!);
      } while (nextToken);
    }
    return found;
  }
  async services(owner: Owner): Promise<readonly Service[]> {
    const { serviceArns } = await this.ecs.send(new ListServicesCommand({ maxResults: 100 }));
    if (serviceArns!.length === 0) return [];
    const { services } = await this.ecs.send(new DescribeServicesCommand({ services: serviceArns!.slice(0, 10) }));
    return services!.filter(({ serviceName }) => serviceName!.startsWith(`${owner}-`));
  }
  async running(owner: Owner, id?: WorkloadId): Promise<readonly Task[]> {
    const isOurs = ({ startedBy = "", group = "" }: Task): boolean =>
      id === undefined
        ? startedBy.startsWith(`longshore/${owner}/`) || group.startsWith(`service:${owner}-`)
        : startedBy === `longshore/${owner}/${id}` || group === `service:${owner}-${id}`;
    return (await this.tasks()).filter((task) => isOurs(task) && task.executionStoppedAt === undefined);
  }
  async natives(owner: Owner): Promise<readonly string[]> {
    return [
      ...(await this.streams(`record/${owner}/`)),
      ...(await this.streams(`log/${owner}/`)),
      ...(await this.definitions(owner)),
      ...(await this.services(owner)).map(({ serviceArn }) => serviceArn!),
      ...(await this.running(owner)).map(({ taskArn }) => taskArn!),
    ];
  }
  /** All that ECS tells of a task or a service, its definition included. */
  async told(owner: Owner, id: WorkloadId): Promise<readonly unknown[]> {
    const tasks = await this.running(owner, id);
    const definitions = tasks.map(({ taskDefinitionArn: taskDefinition }) =>
      this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] })),
    );
    return [...tasks, ...(await Promise.all(definitions)), ...(await this.services(owner))];
  }
  async wipe(owner: Owner): Promise<void> {
    for (const { serviceName: service } of await this.services(owner))
      await this.ecs.send(new DeleteServiceCommand({ service: service!, force: true }));
    for (const { taskArn: task } of await this.running(owner)) await this.ecs.send(new StopTaskCommand({ task: task! }));
    for (const taskDefinition of await this.definitions(owner)) {
      await this.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition })).catch(() => {});
      await this.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition] }));
    }
    const streams = [...(await this.streams(`record/${owner}/`)), ...(await this.streams(`log/${owner}/`))];
    for (const logStreamName of streams)
      await this.logs.send(new DeleteLogStreamCommand({ logGroupName: logGroup, logStreamName })).catch(() => {});
  }
  close(): void {
    this.ecs.destroy();
    this.logs.destroy();
  }
}
