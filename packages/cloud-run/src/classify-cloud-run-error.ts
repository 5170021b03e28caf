import type { Fault, FaultCode } from "@longshore/core";

interface NativeError {
  readonly name?: string;
  readonly code?: number | string;
  readonly message?: string;
  /** A text over gRPC; over REST a list. */
  readonly details?: unknown;
  readonly cause?: NativeError;
  /** Of an answer over REST. */
  readonly httpStatusCode?: number;
}
/** google.rpc.Code */
export const status = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
} as const;
export const codeOf = (error: unknown): number | undefined => {
  const code = (error as NativeError | null)?.code;
  return typeof code === "number" ? code : undefined;
};

/** Nothing was sent: trying again can do no harm. */
const unsent = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/;
/** Whose numbers are those of google.rpc.Code. */
const codes: readonly FaultCode[] = [
  "unknown", // OK, which is no error
  "unavailable", // CANCELLED
  "unavailable", // UNKNOWN
  "invalid-spec", // INVALID_ARGUMENT
  "unavailable", // DEADLINE_EXCEEDED
  "not-found", // NOT_FOUND
  "conflict", // ALREADY_EXISTS
  "permission-denied", // PERMISSION_DENIED
  "quota-exceeded", // RESOURCE_EXHAUSTED
  "invalid-spec", // FAILED_PRECONDITION
  "unavailable", // ABORTED
  "invalid-spec", // OUT_OF_RANGE
  "unsupported", // UNIMPLEMENTED
  "unavailable", // INTERNAL
  "unavailable", // UNAVAILABLE
  "internal", // DATA_LOSS
  "unauthenticated", // UNAUTHENTICATED
];
/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL and UNAVAILABLE: nobody knows what was done. */
const doubtful: ReadonlySet<number> = new Set([1, 2, 4, 13, 14]);

const notImplemented = 501;
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
/** Google's rates are refused with the same code as quotas of things; what passes in a minute says so. */
const isRate = (message: string): boolean => /per minute|requests|rate limit|too many|try again|slow down/i.test(message);

export const isThrottled = (error: unknown): boolean => classifyCloudRunError(error)?.code === "throttled";
/** Nothing of Google's own has answered, or something of it broke: the same call may well be answered now. */
export const isBroken = (error: unknown): boolean => classifyCloudRunError(error)?.code === "unavailable";

function byCode(code: number, message: string): Fault {
  if (code === status.resourceExhausted && isRate(message)) return { code: "throttled", message };
  if (code === status.aborted) return { code: "unavailable", message };
  if (!doubtful.has(code)) return { code: codes[code] ?? "unknown", message };
  return unsent.test(message)
    ? { code: "unavailable", message: `Google does not answer: ${message}` }
    : { code: "unavailable", ambiguous: true, message };
}

/** Pure. Undefined for what did not come from Google or the way to it. */
export function classifyCloudRunError(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message: said = "", details, cause, name, httpStatusCode: http } = error as NativeError;
  const own = typeof details === "string" && details !== "" ? details : said;
  const message = oneLine([own, cause?.cause?.message ?? cause?.message].filter(Boolean).join(": "));
  if (/could not load the default credentials|could not refresh access token|invalid_grant/i.test(message))
    return { code: "unauthenticated", message };
  // A proxy's page in place of an answer.
  if (http !== undefined && http >= 500 && http !== notImplemented)
    return { code: "unavailable", ambiguous: true, message: `Google answered ${http}` };
  if (typeof code === "number" && code > 0 && code < codes.length) return byCode(code, message);
  if (typeof code === "string" && /^E[A-Z_]+$/.test(code)) return byCode(14, `${code} ${message}`);
  if (name === "SyntaxError" || (name === "TypeError" && /fetch/.test(message)))
    return { code: "unavailable", ambiguous: true, message: `the answer cannot be read: ${message}` };
  return undefined;
}
