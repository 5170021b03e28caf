import type { IncomingMessage } from "node:http";
import type { Host } from "@longshore/core";
import { orAbort } from "@longshore/core/driver";
import type {
  AppsV1Api,
  AuthorizationV1Api,
  Configuration,
  ConfigurationOptions,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  RequestContext,
  VersionApi,
} from "@kubernetes/client-node";
import type { WebSocket } from "ws";
import type * as client from "@kubernetes/client-node";
import { HttpTransport, readText } from "./http-transport.ts";

type Client = typeof client;
export interface Apis {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly authorization: AuthorizationV1Api;
  /** What the client has no types of. */
  readonly custom: CustomObjectsApi;
  readonly version: VersionApi;
}
export interface ClusterCall {
  readonly operation: string;
  readonly signal: AbortSignal;
  /** Of a PATCH. Default: a strategic merge. */
  readonly patch?: "strategic-merge" | "merge";
}
export interface StreamRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
}
/** An answer that comes this late does not come: the API server gives up on a request after 60 s (its `--request-timeout`). */
const answerLimitMs = 70_000;

/** The one way to the API server: each request waits its turn at the limiter and ends with its call. */
export class Cluster implements Disposable {
  readonly namespace: string;
  readonly #client: Client;
  readonly #config: KubeConfig;
  readonly #host: Host;
  readonly #transport: HttpTransport;
  readonly #apis: Apis;
  #minor: number | undefined;

  constructor(loaded: Client, config: KubeConfig, of: { readonly host: Host; readonly namespace?: string | undefined }) {
    this.#client = loaded;
    this.#config = config;
    this.#host = of.host;
    this.#transport = new HttpTransport(config);
    this.namespace = of.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
    const { AppsV1Api: Apps, AuthorizationV1Api: Authorization, CoreV1Api: Core, VersionApi: Version } = loaded;
    const { CustomObjectsApi: Custom } = loaded;
    const configuration: Configuration = loaded.createConfiguration({
      baseServer: new loaded.ServerConfiguration(this.server, {}),
    });
    this.#apis = {
      core: new Core(configuration),
      apps: new Apps(configuration),
      authorization: new Authorization(configuration),
      custom: new Custom(configuration),
      version: new Version(configuration),
    };
  }
  static async connect(
    config: KubeConfig,
    of: { readonly host: Host; readonly namespace?: string | undefined },
  ): Promise<Cluster> {
    return new Cluster(await import("@kubernetes/client-node"), config, of);
  }
  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? "";
  }
  get kubeConfig(): KubeConfig {
    return this.#config;
  }
  /** A request with an answer of bounded length. */
  async call<T>(call: ClusterCall, send: (apis: Apis, options: ConfigurationOptions) => Promise<T>): Promise<T> {
    await this.#host.limiter.take(call.operation, call.signal);
    const bounded = AbortSignal.any([call.signal, AbortSignal.timeout(answerLimitMs)]);
    const { Observable, ResponseContext } = this.#client;
    const answer = async (request: RequestContext): Promise<InstanceType<typeof ResponseContext>> => {
      const isPatch = request.getHttpMethod() === "PATCH";
      const type = isPatch ? { "Content-Type": `application/${call.patch ?? "strategic-merge"}-patch+json` } : {};
      const found = await this.#transport.send(
        {
          method: request.getHttpMethod(),
          url: request.getUrl(),
          headers: { ...request.getHeaders(), ...type },
          ...bodyOf(request),
        },
        bounded,
      );
      const text = await readText(found);
      const body = { text: async () => text, binary: async () => Buffer.from(text), stream: () => null };
      return new ResponseContext(found.statusCode ?? 0, found.headers as Record<string, string>, body);
    };
    const options = { httpApi: { send: (request: RequestContext) => new Observable(answer(request)) } };
    return orAbort(bounded, () => send(this.#apis, options as ConfigurationOptions));
  }
  /** The body as it comes, for as long as the signal lets it. */
  async stream(operation: string, signal: AbortSignal, { path, query }: StreamRequest): Promise<IncomingMessage> {
    await this.#host.limiter.take(operation, signal);
    const url = new URL(this.server.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    const answer = await orAbort(signal, () => this.#transport.send({ method: "GET", url: url.href }, signal));
    if (answer.statusCode === 200) return answer;
    const text = await readText(answer);
    throw new this.#client.ApiException(answer.statusCode ?? 0, operation, text, answer.headers as Record<string, string>);
  }
  /** Streams both ways, each message with the number of its stream before it. */
  async socket(operation: string, signal: AbortSignal, path: string): Promise<WebSocket> {
    await this.#host.limiter.take(operation, signal);
    const url = this.server.replace(/^http/, "ws").replace(/\/$/, "") + path;
    try {
      return await orAbort(signal, () => this.#transport.socket(url, signal));
    } catch (error) {
      const { status, text = "" } = error as { readonly status?: number; readonly text?: string };
      throw status === undefined ? error : new this.#client.ApiException(status, operation, text, {});
    }
  }
  /** Of 1.N, the N. Asked for once. */
  async minorVersion(signal: AbortSignal): Promise<number> {
    this.#minor ??= await this.call({ operation: "version", signal }, async ({ version }, options) =>
      Number.parseInt((await version.getCode({}, options)).minor, 10),
    );
    return this.#minor;
  }
  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }
}

function bodyOf(request: RequestContext): { readonly body?: string } {
  const body: unknown = request.getBody();
  return typeof body === "string" ? { body } : {};
}
