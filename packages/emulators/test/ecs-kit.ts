import { existsSync } from "node:fs";
import { CloudWatchLogsClient, CreateLogGroupCommand, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  type RegisterTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { expect } from "vitest";
import { loadServiceModel } from "../src/aws/service-model.ts";
import { errorProblems, outputProblems, type WireError } from "../src/aws/validate-output.ts";
import type { EcsEmulatorOptions } from "../src/ecs-emulator-options.ts";
import { type EcsEmulator, startEcsEmulator } from "../src/start-ecs-emulator.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;
/** What tests are run on: with a name that says what it lacks where it is left out. */
export const engines = [
  { engine: "process", title: "processes", lacking: false },
  { engine: "docker", title: "Docker (requires docker)", lacking: !docker },
] as const;

export const image = "busybox:1.35";
export const group = "/tests";
export const role = "arn:aws:iam::123456789012:role/ecs";
export const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-0123456789abcdef0"] } };
/** What the SDK's waiters wait for at most, and how often they look: they wait in seconds. */
export const waiting = { minDelay: 1, maxDelay: 1, maxWaitTime: 60 };

/** ECS and CloudWatch Logs by the plain SDK clients. */
export class EcsBed implements AsyncDisposable {
  readonly emulator: EcsEmulator;
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;

  private constructor(emulator: EcsEmulator) {
    const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
    const client = { endpoint: emulator.url, region: "eu-west-3", credentials, maxAttempts: 1 };
    this.emulator = emulator;
    this.ecs = new ECSClient(client);
    this.logs = new CloudWatchLogsClient({ ...client, disableHostPrefix: true });
  }

  static async start(options: EcsEmulatorOptions = {}): Promise<EcsBed> {
    const bed = new EcsBed(await startEcsEmulator({ engine: "process", ...options }));
    await bed.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    return bed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ecs.destroy();
    this.logs.destroy();
    await this.emulator.close();
  }

  /** A Fargate task definition whose single container runs a script, unless it says otherwise; its ARN. */
  async register(
    script: string,
    container: Partial<ContainerDefinition> = {},
    definition: Partial<RegisterTaskDefinitionCommandInput> = {},
  ): Promise<string> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "job",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        executionRoleArn: role,
        containerDefinitions: [{ ...containerOf("main", script), ...container }],
        ...definition,
      }),
    );
    return taskDefinition!.taskDefinitionArn!;
  }

  run(taskDefinition: string, input: Partial<RunTaskCommandInput> = {}) {
    return this.ecs.send(new RunTaskCommand({ taskDefinition, launchType: "FARGATE", networkConfiguration, ...input }));
  }

  /** Runs one task. */
  async task(taskDefinition: string, input: Partial<RunTaskCommandInput> = {}): Promise<string> {
    const { tasks, failures } = await this.run(taskDefinition, input);
    expect(failures).toEqual([]);
    return tasks![0]!.taskArn!;
  }

  async describe(task: string): Promise<Task> {
    const { tasks } = await this.ecs.send(new DescribeTasksCommand({ tasks: [task], include: ["TAGS"] }));
    return tasks![0]!;
  }

  async service(name: string): Promise<Service> {
    const { services } = await this.ecs.send(new DescribeServicesCommand({ services: [name], include: ["TAGS"] }));
    return services![0]!;
  }

  /** Looks at a task until it is as wanted, and says how it is then. */
  until(task: string, holds: (task: Task) => boolean): Promise<Task> {
    return until(() => this.describe(task), holds);
  }

  ended(task: string): Promise<Task> {
    return this.until(task, ({ lastStatus }) => lastStatus === "STOPPED");
  }

  /** All lines of a task's only container, by the SDK's paginator. */
  async lines(task: string, container = "main"): Promise<string[]> {
    const logStreamNames = [`app/${container}/${task.split("/").at(-1)}`];
    const lines: string[] = [];
    for await (const { events } of paginateFilterLogEvents({ client: this.logs }, { logGroupName: group, logStreamNames }))
      lines.push(...events!.map(({ message }) => message!));
    return lines;
  }

  /** Every answer so far that is not as its service's model says. */
  async nonconforming(): Promise<readonly string[]> {
    const models = { ecs: await loadServiceModel("ecs"), logs: await loadServiceModel("logs") };
    return this.emulator.journal.entries().flatMap(({ service, operation, error, output }) => {
      const model = models[service as keyof typeof models];
      if (!model || output === undefined) return [];
      return error === undefined
        ? outputProblems(model, operation, output)
        : errorProblems(model, operation, output as WireError);
    });
  }
}

export const containerOf = (name: string, script: string): ContainerDefinition => ({
  name,
  image,
  command: ["sh", "-c", script],
  // A container's first process ignores the signals that it does not handle.
  stopTimeout: 2,
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": group, "awslogs-region": "eu-west-3", "awslogs-stream-prefix": "app" },
  },
});

/** Asks until the answer is as wanted: the test's own limit is the only one. */
export async function until<Answer>(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An error of this name. */
export const named = (name: string, message?: RegExp) =>
  expect.objectContaining({ name, ...(message && { message: expect.stringMatching(message) }) });
