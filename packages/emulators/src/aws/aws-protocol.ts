import type { CloudRequest } from "../cloud.ts";
import type { ModelledError } from "./modelled-error.ts";

/** Where an answer belongs. */
export interface AwsReplyPlace {
  readonly operation: string;
  readonly requestId: string;
}

export interface AwsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** How one service's requests and answers look on the wire. */
export interface AwsProtocol {
  /** The operation's name where the request is one of this service's, known or not. */
  operationOf(request: CloudRequest): string | undefined;
  /** Throws a `ModelledError` where the body cannot be read. */
  readInput(request: CloudRequest, operation: string): unknown;
  writeOutput(output: object, place: AwsReplyPlace): AwsReply;
  writeError(error: ModelledError, place: AwsReplyPlace): AwsReply;
}
