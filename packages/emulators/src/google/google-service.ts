import type { Fault } from "../fault.ts";

/** A message in the JSON form of proto3: enums by name, 64-bit numbers and times as text. */
export type GoogleMessage = Readonly<Record<string, unknown>>;

/** A message with the name of a resource. */
export type NamedMessage = GoogleMessage & { readonly name: string };

export interface GoogleCall {
  /** When the request arrived, by the emulator's clock. */
  readonly at: number;
  readonly faults: readonly Fault[];
  /** Aborted when whoever asked is gone, or the emulator closes. */
  readonly signal: AbortSignal;
}

/** Answers one call. The input has the shape of the method's request, with nothing required left out. Throws GoogleErrors. */
export type GoogleMethod = (input: never, call: GoogleCall) => object | Promise<object>;

/** Answers a stream of requests with a stream of answers, until either ends. */
export type GoogleStream = (inputs: AsyncIterable<never>, call: GoogleCall) => AsyncIterable<object>;

/** One service of a protocol description, and what of it is served. */
export interface GoogleService {
  /** Such as `google.cloud.run.v2.Jobs`. */
  readonly fullName: string;
  /** What the journal and faults call it, such as `run`. */
  readonly name: string;
  readonly methods: Readonly<Record<string, GoogleMethod>>;
  readonly streams?: Readonly<Record<string, GoogleStream>>;
  /** Further REST paths of a method, which the description of the service itself lacks. */
  readonly paths?: Readonly<Record<string, readonly HttpPath[]>>;
  /** The permission that a method asks for, if any. */
  readonly permissionOf?: (method: string) => string | undefined;
  /** Whether what is required deep inside of a request is asked for too. Default: on its first level alone. */
  readonly requiresDeep?: boolean;
}

export interface HttpPath {
  readonly verb: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** With variables in braces, as in google.api.http. */
  readonly template: string;
  /** `*` for all of the request, or the field that the body is. */
  readonly body?: string;
}
