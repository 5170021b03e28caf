import type { Clock } from "../clock.ts";
import type { Fault } from "../fault.ts";
import type { TokenBucketLimits } from "../token-bucket.ts";
import type { InputProblem } from "./check-shape.ts";
import type { ModelledError } from "./modelled-error.ts";
import type { ServiceModel } from "./service-model.ts";

/** What an operation knows of the call it answers. */
export interface AwsCall {
  /** `ecs`. */
  readonly service: string;
  /** `RunTask`. */
  readonly operation: string;
  /** From the signature. */
  readonly region: string;
  /** Twelve digits: the access key where it is that, else the emulator's own. */
  readonly account: string;
  readonly accessKey: string;
  readonly requestId: string;
  /** Where the request came in, as whoever asked knows it: `http://127.0.0.1:4510`. */
  readonly origin: string;
  /** When the request arrived, by the clock. */
  readonly at: number;
  readonly clock: Clock;
  /** Aborted when the caller has gone or the emulator closes. */
  readonly signal: AbortSignal;
  /** Those of this call that only the service can play: `{ kind: "ecs:…" }`. */
  readonly faults: readonly Fault[];
}

/**
 * Answers one operation. The input fits the model's shape: checked, without nulls and unknown members, so an operation
 * may declare the members that it reads. Times in the output are `Date`s; blobs are base64; an event stream is an
 * `AsyncIterable` of `{ [event]: members }`. Refuses with a `ModelledError`.
 */
export type AwsOperation = { answer(input: object, call: AwsCall): Promise<object> }["answer"];

/** One cloud service on the port that all of them share. */
export interface AwsService {
  /** The first half of `ecs:RunTask`. */
  readonly name: string;
  readonly model: ServiceModel;
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** How input that breaks the model is refused. Default: `ValidationException` with every problem in its message. */
  readonly refuse?: (problems: readonly InputProblem[], operation: string) => ModelledError;
  /** Documented quotas per account and region, by operation: the same object is one quota for all that have it. Only where they are switched on. */
  readonly rates?: Readonly<Record<string, TokenBucketLimits>>;
}
