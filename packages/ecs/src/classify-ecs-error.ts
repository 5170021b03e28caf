import type { Fault, FaultCode } from "@longshore/core";
import { hintOf } from "./hint-of.ts";

interface NativeError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}
export const errorName = (error: unknown): string | undefined => (error as NativeError | null)?.name;

/** Nothing was sent: trying again can do no harm. */
const unsent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
/** Sent, perhaps: the answer is missing. */
const cut: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);

/** The services' own words for "too fast"; ECS says so with status 400. */
const throttles: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
]);
export const isThrottled = (error: unknown): boolean => throttles.has(errorName(error) ?? "");

/** Nothing of AWS's own has answered, or something of it broke: the same call may well be answered now. */
export function isBroken(error: unknown): boolean {
  const fault = classifyEcsError(error);
  return fault?.ambiguous === true || unsent.has((error as NativeError | null)?.code ?? "");
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Each name in its own services' documents, under "Errors". */
const codes: Readonly<Record<string, FaultCode>> = {
  AccessDeniedException: "permission-denied",
  AccessDenied: "permission-denied",
  UnauthorizedOperation: "permission-denied",
  UnrecognizedClientException: "unauthenticated",
  InvalidClientTokenId: "unauthenticated",
  ExpiredTokenException: "unauthenticated",
  ExpiredToken: "unauthenticated",
  InvalidSignatureException: "unauthenticated",
  SignatureDoesNotMatch: "unauthenticated",
  IncompleteSignature: "unauthenticated",
  MissingAuthenticationToken: "unauthenticated",
  CredentialsProviderError: "unauthenticated",
  AuthFailure: "unauthenticated",
  ClusterNotFoundException: "invalid-config",
  ServiceNotFoundException: "not-found",
  ServiceNotActiveException: "not-found",
  ResourceNotFoundException: "not-found",
  ConflictException: "conflict",
  ResourceAlreadyExistsException: "conflict",
  LimitExceededException: "quota-exceeded",
  AttributeLimitExceededException: "quota-exceeded",
  UpdateInProgressException: "unavailable",
  OperationAbortedException: "unavailable",
};
/** Something of AWS's broke on the way: nobody knows what was done. */
const broken: ReadonlySet<string> = new Set(["ServerException", "ServiceUnavailableException", "InternalFailure"]);
/** Whatever the caller did wrong. */
const refusals: ReadonlySet<string> = new Set([
  "ClientException",
  "InvalidParameterException",
  "PlatformUnknownException",
  "PlatformTaskDefinitionIncompatibilityException",
  "UnsupportedFeatureException",
  "ValidationException",
]);
function classifyName(name: string, message: string): Fault | undefined {
  const code = codes[name];
  if (code !== undefined) return { code, message };
  if (broken.has(name)) return { code: "unavailable", ambiguous: true, message };
  return refusals.has(name) ? classifyRefusal(message) : undefined;
}
/** ECS has two names for everything that a caller may have done wrong; which it was stands in the message only. */
function classifyRefusal(message: string): Fault {
  if (/is inactive|not idempotent|draining/i.test(message)) return { code: "unavailable", message };
  if (/passrole|assume the role|role is not valid|role .*does not exist/i.test(message))
    return { code: "permission-denied", message };
  return { code: "invalid-spec", message };
}

/** Pure. Undefined for what did not come from AWS or the way to it. */
export function classifyEcsError(error: unknown): Fault | undefined {
  const fault = classify(error);
  if (fault === undefined) return undefined;
  const [vendorCode, hint] = [errorName(error), hintOf(fault.code, fault.message ?? "")];
  return { ...fault, ...(vendorCode !== undefined && { vendorCode }), ...(hint !== undefined && { hint }) };
}
function classify(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { name = "", code = "", message: said = "", $metadata, $response } = error as NativeError;
  const message = oneLine(said === "" ? name : said);
  if (isThrottled(error)) return { code: "throttled", message };
  if (unsent.has(code)) return { code: "unavailable", message: `AWS does not answer: ${message}` };
  if (cut.has(code) || name === "TimeoutError" || /socket hang up|aborted/.test(message)) {
    return { code: "unavailable", ambiguous: true, message: `the connection to AWS broke: ${message}` };
  }
  const named = classifyName(name, message);
  if (named !== undefined) return named;
  // A proxy's page in place of an answer is a SyntaxError that knows its status only.
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined) return undefined;
  if (status === 429) return { code: "throttled", message };
  if (status >= 500) return { code: "unavailable", ambiguous: true, message: `AWS answered ${status}: ${message}` };
  if (status < 300) return { code: "unavailable", ambiguous: true, message: `AWS's answer cannot be read: ${message}` };
  return status === 403
    ? { code: "permission-denied", message }
    : { code: "internal", message: `AWS answered ${status}: ${message}` };
}
