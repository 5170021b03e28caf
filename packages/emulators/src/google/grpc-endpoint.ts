import {
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type StatusObject,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server as Listener, type Socket } from "node:net";
import type { Clock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import type { Journal } from "../journal.ts";
import { GoogleError, toGoogleError } from "./google-error.ts";
import { findFault } from "./google-fault-kinds.ts";
import type { GoogleCall, GoogleMessage } from "./google-service.ts";
import type { GoogleServices, ServedMethod } from "./google-services.ts";
import { codeNumberOf, httpStatusOf } from "./status-code.ts";
import { withWireFaults } from "./wire-outcome.ts";

export interface GrpcEndpointOptions {
  readonly services: GoogleServices;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
}

type Duplex = ServerDuplexStream<GoogleMessage, object>;

/** As much as a request over REST may have. */
const largestMessageBytes = 32 * 2 ** 20;
const limits = { "grpc.max_receive_message_length": largestMessageBytes, "grpc.max_send_message_length": -1 };

/** Every service on one port of 127.0.0.1, over gRPC without TLS. */
export class GrpcEndpoint {
  readonly #options: GrpcEndpointOptions;
  readonly #server = new Server(limits);
  readonly #closing = new AbortController();
  readonly #injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
  readonly #sockets = new Set<Socket>();
  // The library has a listener of its own, which tells of a port that is taken on stderr.
  readonly #listener: Listener = createServer((socket) => {
    this.#sockets.add(socket.once("close", () => this.#sockets.delete(socket)));
    this.#injector.injectConnection(socket);
  });

  constructor(options: GrpcEndpointOptions) {
    this.#options = options;
    const byService = Map.groupBy(options.services.methods, ({ service }) => service.fullName);
    for (const [fullName, methods] of byService)
      this.#server.addService(this.#define(fullName, methods), this.#implement(methods));
  }

  /** @param port 0 takes any that is free. @returns the port; rejects where it is taken. */
  async listen(port = 0): Promise<number> {
    this.#listener.listen(port, "127.0.0.1");
    await once(this.#listener, "listening");
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Takes no more calls, and ends those under way. */
  async close(): Promise<void> {
    this.#closing.abort(new GoogleError("UNAVAILABLE", "the emulator is closing"));
    this.#injector.destroy();
    this.#server.forceShutdown();
    if (!this.#listener.listening) return;
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#listener, "close");
  }

  #define(fullName: string, methods: readonly ServedMethod[]): ServiceDefinition {
    const { schema } = this.#options.services;
    const entries = methods.map(({ name, model: { requestType, responseType, streams } }) => [
      name,
      {
        path: `/${fullName}/${name}`,
        requestStream: streams,
        responseStream: streams,
        requestSerialize: (message: object) => Buffer.from(schema.encode(requestType, message)),
        requestDeserialize: (bytes: Buffer) => schema.decode(requestType, bytes),
        responseSerialize: (message: object) => Buffer.from(schema.encode(responseType, message)),
        responseDeserialize: (bytes: Buffer) => schema.decode(responseType, bytes),
      },
    ]);
    return Object.fromEntries(entries) as ServiceDefinition;
  }

  #implement(methods: readonly ServedMethod[]): UntypedServiceImplementation {
    const entries = methods.map((method) => [
      method.name,
      method.model.streams
        ? (stream: Duplex) => void this.#stream(method, stream)
        : (call: ServerUnaryCall<GoogleMessage, object>, reply: sendUnaryData<object>) => void this.#answer(method, call, reply),
    ]);
    return Object.fromEntries(entries) as UntypedServiceImplementation;
  }

  async #answer(method: ServedMethod, call: ServerUnaryCall<GoogleMessage, object>, reply: sendUnaryData<object>): Promise<void> {
    const { services, clock } = this.#options;
    const asked = this.#begin(method, call);
    const { request: input } = call;
    try {
      const answer = await withWireFaults(asked.faults, { clock, signal: asked.signal }, () =>
        services.call(method, input, asked),
      );
      this.#note(method, asked, { input, output: answer });
      if (findFault(asked.faults, "grpc:break-connection")) this.#break(call.getPeer());
      reply(null, answer);
    } catch (error) {
      const told = toGoogleError(error);
      this.#note(method, asked, { input, error: told });
      reply(this.#toReply(told));
    }
  }

  async #stream(method: ServedMethod, stream: Duplex): Promise<void> {
    const { services, clock } = this.#options;
    const asked = this.#begin(method, stream);
    try {
      await withWireFaults(asked.faults, { clock, signal: asked.signal }, async () => {
        // Whoever reads no further request still has answers to give.
        const inputs = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<GoogleMessage>;
        for await (const answer of services.stream(method, inputs, asked))
          if (!stream.write(answer)) await once(stream, "drain", { signal: asked.signal });
      });
      this.#note(method, asked, {});
      stream.end();
    } catch (error) {
      const told = toGoogleError(error);
      this.#note(method, asked, { error: told });
      stream.emit("error", this.#toReply(told));
    }
  }

  #begin({ service, name }: ServedMethod, call: { once(event: "cancelled", listener: () => void): unknown }): GoogleCall {
    const gone = new AbortController();
    call.once("cancelled", () => gone.abort(new GoogleError("CANCELLED", "whoever asked is gone")));
    const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
    return { at: this.#options.clock.now(), faults: this.#options.faults.next(`${service.name}:${name}`), signal };
  }

  #note(
    { service, name }: ServedMethod,
    { at, faults }: GoogleCall,
    { input, output, error }: { input?: object; output?: object; error?: GoogleError },
  ): void {
    this.#options.journal.add({
      at,
      service: service.name,
      operation: name,
      status: error ? httpStatusOf(error.code) : 200,
      ...(input && { input }),
      ...(output && { output }),
      ...(error && { error: error.code }),
      ...(faults.length > 0 && { faults: faults.map(({ kind }) => kind) }),
    });
  }

  #break(peer: string): void {
    for (const socket of this.#sockets) if (peer.endsWith(`:${socket.remotePort}`)) socket.destroy();
  }

  #toReply(error: GoogleError): StatusObject {
    const metadata = new Metadata();
    if (error.details.length > 0) {
      const bytes = this.#options.services.schema.encode("google.rpc.Status", error.toStatus());
      metadata.set("grpc-status-details-bin", Buffer.from(bytes));
    }
    return { code: codeNumberOf(error.code), details: error.message, metadata };
  }
}
