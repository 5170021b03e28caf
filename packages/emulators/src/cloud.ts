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

/** What one cloud answers; the server around it knows HTTP, faults and the journal, and nothing of the cloud. */
export interface Cloud {
  /** What a request asks for, without doing it; undefined where it is none of this cloud's. */
  operationOf(request: CloudRequest): CloudOperation | undefined;
  /** Answers every request, also what it cannot understand, as the cloud does. Never rejects. */
  answer(request: CloudRequest, call: CloudCall): Promise<CloudReply>;
  /** Ends whatever it runs. */
  close(): Promise<void>;
}
