import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import type { Instance } from "./instance.ts";

/** Finds who answers a request. @throws where nobody does. */
export type InstanceFinder = () => Promise<Instance>;

/** Documented: what a service that cannot start an instance answers. */
const unavailable = 503;

/** The address of one service, on a port of 127.0.0.1: each request goes to an instance of one of its revisions. */
export class ServiceEndpoint {
  readonly #server: Server;
  readonly #find: InstanceFinder;
  #url = "";

  constructor(find: InstanceFinder) {
    this.#find = find;
    this.#server = createServer((request, response) => {
      void this.#pass(request, response).catch(() => {
        if (!response.headersSent) response.writeHead(unavailable, { "content-type": "text/plain" });
        response.end("Service Unavailable\n");
      });
    });
  }

  /** Also once it is closed. */
  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { address } = await this.#find();
    const { method, url: path, headers } = request;
    const forwarded = { ...headers, "x-forwarded-for": request.socket.remoteAddress ?? "", "x-forwarded-proto": "http" };
    const onward = ask({ ...address, method, path, headers: forwarded, agent: false });
    const answered = once(onward, "response") as Promise<[IncomingMessage]>;
    // Both ends of it: an instance that is gone fails the answer, and a caller that is gone fails the request.
    const [[answer]] = await Promise.all([answered, pipeline(request, onward)]);
    response.writeHead(answer.statusCode ?? unavailable, answer.headers);
    await pipeline(answer, response);
  }
}
