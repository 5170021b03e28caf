import { LoggingServiceV2Client } from "@google-cloud/logging-api";
import { ExecutionsClient, JobsClient, RevisionsClient, ServicesClient, TasksClient, WorkerPoolsClient } from "@google-cloud/run";
import type { ClientOptions } from "google-gax";
import type { CloudRunConfig } from "./cloud-run-config.ts";

/** A client of Google's is made when it is needed: each reads the descriptions of a whole service. */
export class CloudRunClients {
  readonly #options: ClientOptions;
  readonly #made = new Map<string, { close(): Promise<unknown> }>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }
  get jobs(): JobsClient {
    return this.#client("jobs", () => new JobsClient(this.#options));
  }
  get executions(): ExecutionsClient {
    return this.#client("executions", () => new ExecutionsClient(this.#options));
  }
  get tasks(): TasksClient {
    return this.#client("tasks", () => new TasksClient(this.#options));
  }
  get services(): ServicesClient {
    return this.#client("services", () => new ServicesClient(this.#options));
  }
  get workerPools(): WorkerPoolsClient {
    return this.#client("workerPools", () => new WorkerPoolsClient(this.#options));
  }
  get revisions(): RevisionsClient {
    return this.#client("revisions", () => new RevisionsClient(this.#options));
  }
  get logging(): LoggingServiceV2Client {
    return this.#client("logging", () => new LoggingServiceV2Client(this.#options));
  }
  async close(): Promise<void> {
    await Promise.allSettled([...this.#made.values()].map((client) => client.close()));
  }
  #client<C extends { close(): Promise<unknown> }>(name: string, make: () => C): C {
    const made = (this.#made.get(name) as C | undefined) ?? make();
    this.#made.set(name, made);
    return made;
  }
}

/** Where something else than Google answers nobody is asked who we are. */
const nobody = (project: string): object => ({
  getUniverseDomain: async () => "googleapis.com",
  getClient: async () => ({ getRequestHeaders: async () => new Headers(), universeDomain: "googleapis.com" }),
  getProjectId: async () => project,
  fetch: (url: string, options: RequestInit) => fetch(url, options),
});

export async function clientOptions({ project, endpoint, transport, keyFile }: CloudRunConfig): Promise<ClientOptions> {
  const rest = transport === "rest" ? ({ fallback: true } as const) : {};
  const shared = { projectId: project, ...rest, ...(keyFile !== undefined && { keyFilename: keyFile }) };
  if (endpoint === undefined) return shared;
  const { protocol, hostname, port } = new URL(endpoint);
  const at = { apiEndpoint: hostname, port: Number(port), protocol: protocol.slice(0, -1), auth: nobody(project) };
  if (transport === "rest") return { ...shared, ...at } as unknown as ClientOptions;
  const { grpc } = await import("google-gax");
  const plain = protocol === "http:" ? { sslCreds: grpc.credentials.createInsecure() } : {};
  return { ...shared, ...at, ...plain } as unknown as ClientOptions;
}
