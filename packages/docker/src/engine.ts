import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import type Dockerode from "dockerode";
import type { Host } from "@longshore/core";
import { orAbort, Turns } from "@longshore/core/driver";
import type { EngineAddress } from "./find-engine.ts";

/**
 * An answer that comes this late does not come. The client never settles when a connection breaks inside an answer, so
 * that every call needs a bound.
 */
const answerLimitMs = 60_000;

/**
 * Requests of a runtime that an engine works on at the same time. More would not be done sooner, and the time that an answer
 * may take would pass while the engine is busy with others.
 */
const mostAtOnce = 32;
/** Connections kept for the next request. */
const mostIdle = 8;

export interface StreamRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean>>;
}
export interface HijackRequest extends StreamRequest {
  /** Default: none. */
  readonly body?: object;
}
/** A body that is read as it comes. */
export type Body = NodeJS.ReadableStream & AsyncIterable<Buffer> & { destroy(): void };

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");

/** The one way to the engine: each request waits its turn at the limiter and ends with its call. */
export class Engine implements Disposable {
  /** It runs on this machine, as far as its address tells. */
  readonly local: boolean;
  /** Where what it publishes on all of its addresses is reached. */
  readonly reachedAt: string;
  readonly #docker: Dockerode;
  readonly #host: Host;
  readonly #agent: HttpAgent;
  readonly #turns = new Turns(mostAtOnce);

  private constructor(docker: Dockerode, host: Host, { agent, at }: { readonly agent: HttpAgent; readonly at: EngineAddress }) {
    this.#docker = docker;
    this.#host = host;
    this.#agent = agent;
    this.local = at.host === undefined || isLoopback(at.host);
    this.reachedAt = this.local ? "127.0.0.1" : (at.host ?? "127.0.0.1");
  }
  static async connect(address: EngineAddress, host: Host): Promise<Engine> {
    const { default: Client } = await import("dockerode");
    const kept = { keepAlive: true, maxFreeSockets: mostIdle };
    // Connections are kept for the next request, and end with the runtime: the process's own agent would keep them longer.
    const agent = address.protocol === "https" ? new HttpsAgent(kept) : new HttpAgent(kept);
    // The client renders each request's options for a debug log, also when nobody reads it: not with every socket of ours.
    Object.defineProperty(agent, inspect.custom, { value: () => "agent" });
    // The members that are absent are named, or the client would take them from the environment again.
    const nothing = { protocol: "http", socketPath: undefined, host: undefined, port: undefined, timeout: undefined };
    return new Engine(new Client({ ...nothing, ...address, agent } as Dockerode.DockerOptions), host, { agent, at: address });
  }
  /** A request with an answer of bounded length. */
  async call<T>(
    operation: string,
    signal: AbortSignal,
    send: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.#host.limiter.take(operation, signal);
    using _turn = await this.#turns.take(signal);
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
    return await orAbort(bounded, () => send(this.#docker, bounded));
  }
  /** A request that lasts as long as its signal. */
  async lasting<T>(operation: string, signal: AbortSignal, send: (docker: Dockerode) => Promise<T>): Promise<T> {
    await this.#host.limiter.take(operation, signal);
    return orAbort(signal, () => send(this.#docker));
  }
  /** The raw body as it comes. The client's own methods parse some bodies as JSON, logs among them. */
  async stream(operation: string, signal: AbortSignal, { path, query }: StreamRequest): Promise<Body> {
    const open = (docker: Dockerode): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request = {
          path: `${path}?`,
          method: "GET",
          isStream: true,
          abortSignal: signal,
          options: query,
          statusCodes: { 200: true, 404: "no such container", 409: "conflict", 500: "server error" },
        };
        docker.modem.dial(request as never, (error: unknown, body: unknown) => {
          if (error === null || error === undefined) resolve(body);
          else reject(error);
        });
      });
    return this.lasting(operation, signal, (docker) => open(docker) as never);
  }
  /** A connection that stops being HTTP: both ways from now on, until one side ends it or the signal aborts. */
  async hijack(operation: string, signal: AbortSignal, { path, query, body }: HijackRequest): Promise<Duplex> {
    const open = (docker: Dockerode): Promise<Duplex> =>
      new Promise((resolve, reject) => {
        const request = {
          path: `${path}?`,
          method: "POST",
          hijack: true,
          isStream: true,
          abortSignal: signal,
          options: query,
          // As bytes: of a body that is absent the client would make one, which the program could take for input.
          file: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
          headers: { "Content-Type": "application/json" },
          statusCodes: { 400: "bad parameter", 404: "no such container", 409: "conflict", 500: "server error" },
        };
        docker.modem.dial(request as never, (error: unknown, socket: unknown) => {
          if (error === null || error === undefined) resolve(socket as Duplex);
          else reject(error);
        });
      });
    const socket = await this.lasting(operation, signal, open);
    // The request's signal has no hold on what the request has become.
    const abort = (): void => void socket.destroy();
    signal.addEventListener("abort", abort, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", abort));
    // Whoever reads is told; nobody else needs to be.
    socket.on("error", () => {});
    if (signal.aborted) socket.destroy();
    return socket;
  }
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
