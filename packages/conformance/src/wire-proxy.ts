import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Duplex, Writable } from "node:stream";
import type { Route } from "./harness.ts";

export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case, as Node gives them. Backends with one path for all say there what is asked. */
  readonly headers: IncomingHttpHeaders;
}
/** What is to happen to a request; each is asked as the request comes by. */
export interface WireHooks {
  /** False: it is never forwarded. Resolves when it may go on. */
  before(request: WireRequest): boolean | Promise<boolean>;
  /** The whole answer is there, or the first of a stream. False: it is never delivered, and the connection breaks. */
  after(request: WireRequest): boolean | Promise<boolean>;
  /** How many bytes of a stream are delivered before it breaks. */
  streamLimit(request: WireRequest): number;
}
export interface WireBackend {
  readonly backend: Route;
  /** What the proxy itself listens on, for clients that know no sockets: a port of 127.0.0.1. Default: a unix socket. */
  readonly listen?: "socket" | "port";
  /** Answers that come over time, such as followed logs and events. */
  isStream(request: WireRequest): boolean;
  readonly hooks: WireHooks;
}

/** An HTTP/1.1 proxy on a socket of its own, which knows where a request begins and an answer ends. */
export class WireProxy implements AsyncDisposable {
  #route: Route;
  readonly #wire: WireBackend;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #backward = new Set<Writable>();

  private constructor(wire: WireBackend) {
    this.#wire = wire;
    this.#route = { socketPath: join(tmpdir(), `wire-${randomBytes(6).toString("hex")}.sock`) };
    const server = http.createServer(
      (request, response) => void this.#pass(request, response).catch(() => request.socket.destroy()),
    );
    server.on("upgrade", (request, socket, head) => void this.#tunnel(request, socket, head).catch(() => socket.destroy()));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.requestTimeout = 0;
    this.#server = server;
  }
  static async open(wire: WireBackend): Promise<WireProxy> {
    const proxy = new WireProxy(wire);
    const server = proxy.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      if (wire.listen === "port") server.listen(0, "127.0.0.1", resolve);
      else server.listen(proxy.#route.socketPath, resolve);
    });
    const address = server.address();
    if (typeof address === "object" && address !== null) proxy.#route = { port: address.port };
    return proxy;
  }
  get route(): Route {
    return this.#route;
  }
  /** Open on the client's side. */
  connections(): number {
    return this.#sockets.size;
  }
  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hooks, backend } = this.#wire;
    const request = asked(incoming);
    const client = incoming.socket;
    if (!(await hooks.before(request))) return void client.destroy();
    const target = { ...backend, method: request.method, path: request.path, headers: incoming.headers, agent: false };
    const outgoing = http.request(target);
    this.#backward.add(outgoing);
    response.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
    const answer = await answered(outgoing);
    await (this.#wire.isStream(request) ? this.#stream(request, answer, response) : this.#whole(request, answer, response));
    this.#backward.delete(outgoing);
  }
  async #whole(request: WireRequest, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of answer) body.push(chunk as Buffer);
    if (!(await this.#wire.hooks.after(request))) return void response.destroy();
    const { "transfer-encoding": _chunked, ...headers } = answer.headers;
    const whole = Buffer.concat(body);
    const hasBody = request.method !== "HEAD" && answer.statusCode !== 204 && answer.statusCode !== 304;
    response.writeHead(answer.statusCode ?? 500, hasBody ? { ...headers, "content-length": whole.length } : headers);
    response.end(hasBody ? whole : undefined);
  }
  async #stream(request: WireRequest, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hooks } = this.#wire;
    if (!(await hooks.after(request))) return void response.destroy();
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    response.flushHeaders();
    let left = answer.statusCode === 200 ? hooks.streamLimit(request) : Number.POSITIVE_INFINITY;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (chunk.length > left) {
        response.write(chunk.subarray(0, left), () => response.destroy());
        return;
      }
      left -= chunk.length;
      if (!response.write(chunk)) await new Promise<void>((resolve) => response.once("drain", resolve).once("close", resolve));
    }
    response.end();
  }
  /** A connection that becomes something else than HTTP: counted as one request, its bytes passed as they are. */
  async #tunnel(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const { hooks, backend } = this.#wire;
    const request = asked(incoming);
    if (!(await hooks.before(request))) return void client.destroy();
    const socket = backend.socketPath === undefined ? connect(backend.port ?? 0, "127.0.0.1") : connect(backend.socketPath);
    this.#backward.add(socket);
    const lines = [`${request.method} ${request.path} HTTP/1.1`];
    for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
      lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`);
    }
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    socket.write(head);
    socket.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    await new Promise<void>((resolve) => socket.once("readable", resolve).once("close", resolve));
    if (!(await hooks.after(request))) return void client.destroy();
    socket.pipe(client);
    client.pipe(socket);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const backward of this.#backward) backward.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const asked = ({ method = "GET", url = "/", headers }: IncomingMessage): WireRequest => ({ method, path: url, headers });
const answered = (outgoing: http.ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => outgoing.once("response", resolve).on("error", reject));
