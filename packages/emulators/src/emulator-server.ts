import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "./clock.ts";
import type { Cloud, CloudReply, CloudRequest } from "./cloud.ts";
import { type ControlEndpoint, controlPrefix } from "./control-endpoint.ts";
import type { Fault, WireFault } from "./fault.ts";
import type { Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { openSocket, refuseUpgrade, type Upgrade } from "./open-socket.ts";
import { proxyErrorPage } from "./proxy-error-page.ts";
import { readBody } from "./read-body.ts";

export interface EmulatorServerOptions {
  readonly cloud: Cloud;
  readonly control: ControlEndpoint;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  /** In PEM, for clouds whose clients insist on TLS. Default: plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly signal: AbortSignal };

/** How long whoever still waits for an answer is given when the server closes. */
const closeGraceMs = 1000;
const find = <Kind extends WireFault["kind"]>(
  faults: readonly Fault[],
  kind: Kind,
): Extract<WireFault, { kind: Kind }> | undefined =>
  faults.find((fault) => fault.kind === kind) as Extract<WireFault, { kind: Kind }> | undefined;

/** One cloud on one port of 127.0.0.1, with the faults of the wire played and every request written down. */
export class EmulatorServer {
  readonly #options: EmulatorServerOptions;
  readonly #server: Server;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EmulatorServerOptions) {
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse): void => this.#take(request, response);
    const { tls } = options;
    this.#server = tls ? createTlsServer({ cert: tls.certificate, key: tls.key }, listener) : createServer(listener);
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade({ request, socket, head }));
    // Clients keep their connections for longer than the default of 5 s, and are surprised when one is gone.
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @param port 0 takes any that is free. @returns the URL; rejects where the port is taken. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? "https" : "http"}://127.0.0.1:${taken}`;
  }

  /** Takes no more requests, ends those under way, and closes every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#closing.abort(new Error("the emulator is closing"));
    const timer = setTimeout(() => this.#server.closeAllConnections(), closeGraceMs);
    await Promise.allSettled(this.#underWay);
    this.#server.closeAllConnections();
    clearTimeout(timer);
    await closed;
  }

  #upgrade(asked: Upgrade): void {
    const { url = "/", headers } = asked.request;
    const serve = this.#options.cloud.accept?.({ url, headers: headers as CloudRequest["headers"] });
    const served =
      typeof serve === "function"
        ? openSocket(asked, serve, this.#closing.signal)
        : refuseUpgrade(asked, serve ? "401 Unauthorized" : "404 Not Found");
    const work: Promise<void> = served.finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("whoever asked is gone")));
    const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
    const work: Promise<void> = this.#answer({ request, response, signal })
      // Whoever asked is gone, or the emulator closes, or it has a fault that none of its answers fits.
      .catch(() => void response.destroy())
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const asked: CloudRequest = {
      method: request.method ?? "GET",
      url: request.url ?? "/",
      headers: request.headers as Record<string, string | undefined>,
      body: await readBody(request),
    };
    if (!asked.url.startsWith(controlPrefix)) return this.#answerAsCloud(asked, exchange);
    const { status, body } = await this.#options.control.answer(asked);
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  }

  async #answerAsCloud(asked: CloudRequest, { response, signal }: Exchange): Promise<void> {
    const { cloud, clock, faults, journal, tls } = this.#options;
    const origin = `${tls ? "https" : "http"}://${asked.headers["host"] ?? "127.0.0.1"}`;
    const named = cloud.operationOf(asked);
    const met = named ? faults.next(`${named.service}:${named.operation}`) : [];
    const at = clock.now();
    const told = (status: number, reply?: CloudReply): void => {
      const kinds = met.length > 0 && { faults: met.map(({ kind }) => kind) };
      const place = { service: named?.service ?? "unknown", operation: named?.operation ?? "unknown" };
      const size = asked.body.length + (reply?.body instanceof Uint8Array ? reply.body.length : 0);
      journal.add({ at, ...place, status, ...reply?.told, ...kinds }, size);
    };
    const latency = find(met, "latency");
    if (latency) await clock.sleep(latency.ms, signal);
    if (find(met, "drop-request")) return (told(0), void response.destroy());
    const instead = find(met, "status");
    if (instead) return (told(instead.status), proxyErrorPage(response, instead));
    const reply = await cloud.answer(asked, { at, origin, faults: met, signal });
    told(reply.status, reply);
    if (find(met, "lose-reply")) return void response.destroy();
    response.writeHead(reply.status, reply.headers);
    if (reply.body instanceof Uint8Array) response.end(reply.body);
    else await pipeline(Readable.from(reply.body, { objectMode: false }), response, { signal });
  }
}
