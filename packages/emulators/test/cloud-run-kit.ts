import { Logging, type LoggingOptions } from "@google-cloud/logging";
import {
  ExecutionsClient,
  JobsClient,
  type protos,
  RevisionsClient,
  ServicesClient,
  TasksClient,
  WorkerPoolsClient,
} from "@google-cloud/run";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { credentials } from "@grpc/grpc-js";
import { expect } from "vitest";
import type { CloudRunEmulatorOptions } from "../src/cloud-run-emulator-options.ts";
import { GoogleSchema } from "../src/google/google-schema.ts";
import { refuseUnknown } from "../src/google/read-rest-request.ts";
import { type CloudRunEmulator, startCloudRunEmulator } from "../src/start-cloud-run-emulator.ts";

type IJob = protos.google.cloud.run.v2.IJob;
type IExecution = protos.google.cloud.run.v2.IExecution;
type ITask = protos.google.cloud.run.v2.ITask;
type ITaskTemplate = protos.google.cloud.run.v2.ITaskTemplate;
type IExecutionTemplate = protos.google.cloud.run.v2.IExecutionTemplate;
type ClientOptions = NonNullable<ConstructorParameters<typeof JobsClient>[0]>;
export type { IExecution, IJob, ITask, ITaskTemplate };

export const image = "busybox:1.35";
export const project = "tests";
export const parent = `projects/${project}/locations/europe-west3`;
export const transports = ["grpc", "rest"] as const;
export type Transport = (typeof transports)[number];

// Clients look for a metadata server otherwise; and that of Cloud Logging writes an entry about itself unless it has already.
process.env["METADATA_SERVER_DETECTION"] = "none";
(globalThis as { instrumentationAdded?: boolean }).instrumentationAdded = true;

/** What tells a client that there is no metadata server to look for, and no account. */
const auth = {
  getUniverseDomain: async () => "googleapis.com",
  getClient: async () => ({ getRequestHeaders: async () => new Headers(), universeDomain: "googleapis.com" }),
  getProjectId: async () => project,
  fetch: (url: string, options: RequestInit) => fetch(url, options),
};

export const jobName = (id: string): string => `${parent}/jobs/${id}`;

const servedServices = [
  ...["Jobs", "Executions", "Tasks", "Services", "WorkerPools", "Revisions"].map((name) => `google.cloud.run.v2.${name}`),
  "google.logging.v2.LoggingServiceV2",
  "google.cloud.secretmanager.v1.SecretManagerService",
];

/** A job whose single container runs a script, unless it says otherwise. */
export const jobOf = (script: string, template: ITaskTemplate = {}, execution: IExecutionTemplate = {}): IJob => ({
  template: { ...execution, template: { containers: [{ image, command: ["sh", "-c", script] }], maxRetries: 0, ...template } },
});

/** Cloud Run and Cloud Logging by their plain clients, over gRPC or over REST. */
export class CloudRunBed implements AsyncDisposable {
  readonly emulator: CloudRunEmulator;
  readonly jobs: JobsClient;
  readonly executions: ExecutionsClient;
  readonly tasks: TasksClient;
  readonly services: ServicesClient;
  readonly revisions: RevisionsClient;
  readonly workerPools: WorkerPoolsClient;
  readonly secrets: SecretManagerServiceClient;
  readonly logging: Logging;

  private constructor(emulator: CloudRunEmulator, transport: Transport) {
    const grpc = { apiEndpoint: "127.0.0.1", port: emulator.port, sslCreds: credentials.createInsecure(), projectId: project };
    const { hostname, port } = new URL(emulator.url);
    const rest = { fallback: "rest", protocol: "http", apiEndpoint: hostname, port: Number(port), projectId: project, auth };
    const options = { ...(transport === "grpc" ? grpc : rest), auth } as unknown as ClientOptions & LoggingOptions;
    this.emulator = emulator;
    this.jobs = new JobsClient(options);
    this.executions = new ExecutionsClient(options);
    this.tasks = new TasksClient(options);
    this.services = new ServicesClient(options);
    this.revisions = new RevisionsClient(options);
    this.workerPools = new WorkerPoolsClient(options);
    this.secrets = new SecretManagerServiceClient(options);
    this.logging = new Logging(options);
  }

  static async start(transport: Transport = "grpc", options: CloudRunEmulatorOptions = {}): Promise<CloudRunBed> {
    return new CloudRunBed(await startCloudRunEmulator({ engine: "process", ...options }), transport);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const clients = [this.jobs, this.executions, this.tasks, this.services, this.revisions, this.workerPools, this.secrets];
    await Promise.all(clients.map((client) => client.close()));
    await this.logging.loggingService.close().catch(() => {});
    await this.emulator.close();
  }

  /** Every answer so far with a member that its message does not have. */
  async nonconforming(): Promise<readonly string[]> {
    const schema = await GoogleSchema.load();
    const methods = new Map(servedServices.flatMap((service) => Object.entries(schema.methods(service))));
    return this.emulator.journal.entries().flatMap(({ operation, output }) => {
      const model = methods.get(operation);
      if (!model || output === undefined) return [];
      try {
        refuseUnknown(schema.type(model.responseType), output);
        return [];
      } catch (error) {
        return [`${operation}: ${(error as Error).message}`];
      }
    });
  }

  async create(jobId: string, job: IJob): Promise<IJob> {
    const [operation] = await this.jobs.createJob({ parent, jobId, job });
    await operation.promise();
    return this.job(jobId);
  }

  async job(id: string): Promise<IJob> {
    const [job] = await this.jobs.getJob({ name: jobName(id) });
    return job;
  }

  /** Starts an execution, and gives its name. */
  async run(id: string, overrides?: protos.google.cloud.run.v2.RunJobRequest.IOverrides): Promise<string> {
    const [operation] = await this.jobs.runJob({ name: jobName(id), ...(overrides && { overrides }) });
    return (operation.metadata as IExecution).name!;
  }

  async execution(name: string): Promise<IExecution> {
    const [execution] = await this.executions.getExecution({ name });
    return execution;
  }

  /** Once it has ended. */
  ended(name: string): Promise<IExecution> {
    return until(
      () => this.execution(name),
      ({ completionTime }) => Boolean(completionTime),
    );
  }

  async tasksOf(execution: string): Promise<ITask[]> {
    const [tasks] = await this.tasks.listTasks({ parent: execution });
    return tasks;
  }

  /** All lines of an execution, oldest first. */
  async lines(execution: string): Promise<string[]> {
    const filter = `resource.type="cloud_run_job" labels."run.googleapis.com/execution_name"="${execution.split("/").at(-1)}" log_id("run.googleapis.com/stdout") timestamp>="2020-01-01T00:00:00Z"`;
    const [entries] = await this.logging.getEntries({ filter, orderBy: "timestamp asc", pageSize: 1000 });
    return entries.map(({ data }) => String(data));
  }
}

/** Asks until the answer is as wanted: the test's own limit is the only one. */
export async function until<Answer>(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The condition of a type. */
export const conditionOf = ({ conditions }: IExecution | ITask, type = "Completed") =>
  conditions?.find((condition) => condition.type === type);

/** An error of this code. */
export const coded = (code: number, message?: RegExp) =>
  expect.objectContaining({ code, ...(message && { message: expect.stringMatching(message) }) });
