import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ClientOptions, WebSocket } from "ws";

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
type Secured = Pick<https.RequestOptions, "ca" | "cert" | "key" | "auth" | "agent" | "rejectUnauthorized"> & {
  readonly servername?: string;
  readonly headers?: http.OutgoingHttpHeaders;
};
const connections = ["ca", "cert", "key", "rejectUnauthorized", "servername"] as const;
type Connection = Pick<Secured, (typeof connections)[number]>;

/** Later ones can tell of the end of one stream. */
const channelProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;
/** Idle ones are closed before a load balancer in between would do it; shorter than any that is known. */
const idleMs = 4_000;
/** For the next requests; beyond that a burst's connections are closed again. */
const mostIdle = 16;

const isSame = (a: unknown, b: unknown): boolean => (Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b);

/**
 * One pool of connections for all requests. The client's own transport opens a connection for each request, and some of its
 * streams hang or end the process when they break.
 */
export class HttpTransport implements Disposable {
  readonly #config: KubeConfig;
  readonly #closed = new AbortController();
  #connection: Connection = {};
  #agent: http.Agent | undefined;

  constructor(config: KubeConfig) {
    this.#config = config;
  }
  /** The answer once its head is there. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(request.url);
    const { headers, ...rest } = await this.#secured(url, signal);
    const options = {
      ...rest,
      method: request.method,
      headers: { ...request.headers, ...headers, ...lengthOf(request.body) },
      signal: AbortSignal.any([signal, this.#closed.signal]),
    } as https.RequestOptions;
    const outgoing = url.protocol === "http:" ? http.request(url, options) : https.request(url, options);
    return new Promise((resolve, reject) => {
      outgoing.once("response", resolve).on("error", reject);
      outgoing.end(request.body);
    });
  }
  /** Open. What is answered instead is thrown, as `{ status, text }`. */
  async socket(address: string, signal: AbortSignal): Promise<WebSocket> {
    const { WebSocket: Socket } = await import("ws");
    const secured = await this.#secured(new URL(address.replace(/^ws/, "http")), signal);
    const socket = new Socket(address, [...channelProtocols], secured as ClientOptions);
    const left = AbortSignal.any([signal, this.#closed.signal]);
    const leave = (): void => socket.terminate();
    left.addEventListener("abort", leave, { once: true });
    socket.once("close", () => left.removeEventListener("abort", leave));
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket)).on("error", reject);
      socket.once("unexpected-response", (_request, answer: IncomingMessage) => {
        readText(answer).then((text) => reject({ status: answer.statusCode, text }), reject);
      });
    });
  }
  /** Tokens and certificates are read anew for each request, since they change. */
  async #secured(url: URL, signal: AbortSignal): Promise<Secured> {
    const secured: Secured = { headers: {} };
    await this.#config.applyToHTTPSOptions(secured);
    signal.throwIfAborted();
    const { agent: ofProxy, ...rest } = secured;
    const proxied = this.#config.getCurrentCluster()?.proxyUrl !== undefined;
    const agent = proxied ? ofProxy : this.#pool(url, secured);
    return { ...rest, ...(agent !== undefined && { agent }) };
  }
  #pool(url: URL, secured: Connection): http.Agent {
    const changed = connections.some((name) => !isSame(secured[name], this.#connection[name]));
    if (this.#agent !== undefined && !changed) return this.#agent;
    this.#agent?.destroy();
    this.#connection = Object.fromEntries(connections.map((name) => [name, secured[name]])) as Connection;
    const known = Object.fromEntries(Object.entries(this.#connection).filter(([, value]) => value !== undefined));
    const options = { ...known, keepAlive: true, timeout: idleMs, maxFreeSockets: mostIdle };
    this.#agent = url.protocol === "http:" ? new http.Agent(options) : new https.Agent(options);
    return this.#agent;
  }
  [Symbol.dispose](): void {
    this.#closed.abort(new Error("the runtime was closed"));
    this.#agent?.destroy();
  }
}

/** Node leaves it out where a method usually has no body, such as DELETE. */
const lengthOf = (body: string | undefined): Readonly<Record<string, number>> =>
  body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };

/** Of an answer that is no stream. */
export async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
