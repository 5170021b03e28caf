import type { Fault } from "./fault.ts";

/** A request as it came, with its whole body. */
export interface CloudRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What a request asks for. */
export interface CloudOperation {
  /** Such as `ecs`. */
  readonly service: string;
  /** Such as `RunTask`. */
  readonly operation: string;
}

export interface CloudCall {
  /** When the request arrived, by the emulator's clock. */
  readonly at: number;
  /** Where the request came in, as whoever asked knows it: `http://127.0.0.1:4510`. */
  readonly origin: string;
  /** What this request meets: the cloud heeds `throttle` and its own kinds, the server has done the rest. */
  readonly faults: readonly Fault[];
  /** Aborted when whoever asked is gone, or the emulator closes. */
  readonly signal: AbortSignal;
}

export interface CloudReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** For the journal: what was asked and answered, in words instead of bytes. */
  readonly told: { readonly input?: unknown; readonly output?: unknown; readonly error?: string };
}

/** A connection that is no longer HTTP: messages both ways, until one side closes it. */
export interface CloudSocket {
  /** Ends with the connection; a text is a string. One reader alone. */
  readonly messages: AsyncIterable<Uint8Array | string>;
  /** Resolves once the network has taken it, or the connection is gone. */
  send(message: Uint8Array): Promise<void>;
  /** Says so to the other side. @param code Of RFC 6455, section 7.4. Default: 1000, all is well. */
  close(code?: number): void;
  /** Without a word. */
  cut(): void;
  /** Aborted when the connection is gone, or the emulator closes. */
  readonly signal: AbortSignal;
}

/** What one cloud answers; the server around it knows HTTP, faults and the journal, and nothing of the cloud. */
export interface Cloud {
  /** What a request asks for, without doing it; undefined where it is none of this cloud's. */
  operationOf(request: CloudRequest): CloudOperation | undefined;
  /** Answers every request, also what it cannot understand, as the cloud does. Never rejects. */
  answer(request: CloudRequest, call: CloudCall): Promise<CloudReply>;
  /**
   * Who serves a WebSocket of this address, or that whoever asks is not let in; undefined where there is none of this cloud's.
   * Default: there are none.
   */
  accept?(request: Pick<CloudRequest, "url" | "headers">): ((socket: CloudSocket) => Promise<void>) | "unauthorized" | undefined;
  /** Ends whatever it runs. */
  close(): Promise<void>;
}
