import {
  type Container,
  type ContainerGroup,
  ContainerInstanceManagementClient,
  type ContainerInstanceManagementClientOptionalParams,
} from "@azure/arm-containerinstance";
import { expect } from "vitest";
import WebSocket from "ws";
import type { AciEmulatorOptions } from "../src/aci-emulator-options.ts";
import { answerProblems } from "../src/azure/check-json.ts";
import { loadContainerInstanceApi } from "../src/azure/open-api.ts";
import { type AciEmulator, startAciEmulator } from "../src/start-aci-emulator.ts";

export const image = "busybox:1.35";
export const subscription = "11111111-2222-3333-4444-555555555555";
export const resourceGroup = "tests";
export const location = "westeurope";
export const transports = ["https", "http"] as const;
export type Transport = (typeof transports)[number];

const anyCredential = { getToken: async () => ({ token: "any", expiresOnTimestamp: Date.now() + 3_600_000 }) };
/** How often the client asks whether an operation has ended; its own default is every two seconds. */
const polling = { updateIntervalInMs: 20 };

export const groupsPath = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A container as requests have it. */
export const wireContainer = (more: object = {}, name = "main"): object => ({
  name,
  properties: { image, command: ["true"], resources: { requests: { cpu: 1, memoryInGB: 0.5 } }, ...more },
});

/** A group as requests have it. */
export const wireGroup = (properties: object = {}, more: object = {}): object => ({
  location,
  properties: { osType: "Linux", restartPolicy: "Never", containers: [wireContainer()], ...properties },
  ...more,
});

export const containerOf = (script: string, more: Partial<Container> = {}): Container => ({
  name: "main",
  image,
  command: ["sh", "-c", script],
  resources: { requests: { cpu: 1, memoryInGB: 0.5 } },
  ...more,
});

/** A group whose single container runs a script, once, unless it says otherwise. */
export const groupOf = (script: string, more: Partial<ContainerGroup> = {}): ContainerGroup => ({
  location,
  osType: "Linux",
  restartPolicy: "Never",
  containers: [containerOf(script)],
  ...more,
});

export type View = ReturnType<typeof viewOf>;

/** How a group is, in the words that tests ask for. */
export const viewOf = (group: ContainerGroup) => ({
  provisioning: group.provisioningState,
  state: group.instanceView?.state,
  containers: group.containers.map(({ name, instanceView }) => ({
    name,
    state: instanceView?.currentState?.state,
    exitCode: instanceView?.currentState?.exitCode,
    restartCount: instanceView?.restartCount,
    previous: instanceView?.previousState?.exitCode,
    events: instanceView?.events?.map((event) => event.name),
  })),
});

/** Container Instances by their plain client. */
export class AciBed implements AsyncDisposable {
  readonly emulator: AciEmulator;
  readonly client: ContainerInstanceManagementClient;

  private constructor(emulator: AciEmulator, client: ContainerInstanceManagementClient) {
    this.emulator = emulator;
    this.client = client;
  }

  static async start(
    options: AciEmulatorOptions = {},
    clientOptions: ContainerInstanceManagementClientOptionalParams = {},
  ): Promise<AciBed> {
    const emulator = await startAciEmulator({ engine: "process", http: true, ...options });
    const { url, ca } = emulator;
    const client = new ContainerInstanceManagementClient(anyCredential, subscription, {
      endpoint: url,
      retryOptions: { maxRetries: 0 },
      ...(ca ? { tlsOptions: { ca } } : { allowInsecureConnection: true }),
      ...clientOptions,
    });
    // Tokens go over TLS alone.
    if (!ca) client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
    return new AciBed(emulator, client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.close();
  }

  /** Every answer so far that is not as its description says. */
  async nonconforming(): Promise<readonly string[]> {
    const api = await loadContainerInstanceApi();
    return this.emulator.journal.entries().flatMap(({ operation, status, output }) => {
      const responses = api.operations[operation]?.responses;
      if (!responses || output === undefined) return [];
      const schema = responses[String(status)];
      if (!schema) return [`${operation}: ${status} has no body`];
      return answerProblems(api, schema, output).map((problem) => `${operation}: ${problem}`);
    });
  }

  /** One request by nothing but HTTP. @param path From behind `containerGroups/`, or from the root where it begins with a slash. */
  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const version = path.includes("api-version") ? "" : `${path.includes("?") ? "&" : "?"}api-version=2023-05-01`;
    const place = path.startsWith("/") ? path : `${groupsPath}/${path}`;
    const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const answer = await fetch(`${this.emulator.url}${place}${version}`, { method, ...init });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  }

  create(name: string, group: ContainerGroup): Promise<ContainerGroup> {
    return this.client.containerGroups.beginCreateOrUpdateAndWait(resourceGroup, name, group, polling);
  }

  /** Asks for it, and waits for nothing. */
  async ask(name: string, group: ContainerGroup): Promise<void> {
    await this.client.containerGroups.beginCreateOrUpdate(resourceGroup, name, group, polling);
  }

  get(name: string): Promise<ContainerGroup> {
    return this.client.containerGroups.get(resourceGroup, name);
  }

  async view(name: string): Promise<View> {
    return viewOf(await this.get(name));
  }

  /** Once it has ended by itself. */
  ended(name: string): Promise<View> {
    return this.until(name, ({ state }) => state === "Succeeded" || state === "Failed");
  }

  until(name: string, holds: (view: View) => boolean): Promise<View> {
    return until(() => this.view(name), holds);
  }

  delete(name: string): Promise<unknown> {
    return this.client.containerGroups.beginDeleteAndWait(resourceGroup, name, polling);
  }

  start(name: string): Promise<unknown> {
    return this.client.containerGroups.beginStartAndWait(resourceGroup, name, polling);
  }

  restart(name: string): Promise<unknown> {
    return this.client.containerGroups.beginRestartAndWait(resourceGroup, name, polling);
  }

  /** Stops it, and waits until it is stopped. */
  async stop(name: string): Promise<View> {
    await this.client.containerGroups.stop(resourceGroup, name);
    return this.until(name, ({ state }) => state === "Stopped");
  }

  async logs(name: string, options: { tail?: number; timestamps?: boolean; container?: string } = {}): Promise<string> {
    const { container = "main", ...rest } = options;
    const { content = "" } = await this.client.containers.listLogs(resourceGroup, name, container, rest);
    return content;
  }

  async list(): Promise<ContainerGroup[]> {
    return Array.fromAsync(this.client.containerGroups.listByResourceGroup(resourceGroup));
  }

  async exec(name: string, command: string): Promise<Socket> {
    const { webSocketUri, password } = await this.client.containers.executeCommand(resourceGroup, name, "main", {
      command,
      terminalSize: { rows: 24, cols: 80 },
    });
    const socket = new Socket(webSocketUri!, this.emulator.ca);
    await socket.opened;
    socket.send(password!);
    return socket;
  }

  async attach(name: string): Promise<Socket> {
    const { webSocketUri, password } = await this.client.containers.attach(resourceGroup, name, "main");
    const socket = new Socket(webSocketUri!, this.emulator.ca, { authorization: password! });
    await socket.opened;
    return socket;
  }
}

/** What comes over a WebSocket. */
export class Socket {
  readonly opened: Promise<void>;
  /** The code that it was closed with. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  #text = "";

  constructor(url: string, ca?: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(url, { headers, ...(ca && { ca }) });
    this.#socket.on("message", (data: Buffer) => (this.#text += data.toString()));
    this.opened = new Promise((resolve, reject) => this.#socket.once("open", resolve).once("error", reject));
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => this.#socket.once("close", resolve));
  }

  get text(): string {
    return this.#text;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }

  shows(pattern: RegExp | string): Promise<string> {
    return until(
      async () => this.#text,
      (text) => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)),
    );
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

/** An error of this status and code. */
export const refusal = (statusCode: number, code: string, message?: RegExp) =>
  expect.objectContaining({ statusCode, code, ...(message && { message: expect.stringMatching(message) as string }) });
