import type { Fault, FaultCode } from "@longshore/core";
import { hintOf } from "./hint-of.ts";

interface NativeError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly statusCode?: number;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}
/** Nothing was sent: trying again can do no harm. */
const unsent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
/** Sent, perhaps: the answer is missing. */
const cut: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ECONNABORTED",
  "REQUEST_SEND_ERROR",
  "PARSE_ERROR",
]);

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
const codeIn = (error: unknown): string | undefined => (error as NativeError | null)?.code;
const statusIn = (error: unknown): number | undefined => (error as NativeError | null)?.statusCode;
export const isThrottled = (error: unknown): boolean => statusIn(error) === 429;
export const isMissing = (error: unknown): boolean => statusIn(error) === 404 && codeIn(error) !== "ResourceGroupNotFound";
/** Something else is done to the group: it takes its time. */
export const isTransitioning = (error: unknown): boolean => codeIn(error) === "ContainerGroupTransitioning";

export function retryAfterMs(error: unknown): number | undefined {
  const seconds = Number((error as NativeError | null)?.response?.headers?.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** Nothing of Azure's own has answered, or something of it broke: the same question may well be answered now. */
export function isBroken(error: unknown): boolean {
  const fault = classifyAciError(error);
  return fault?.ambiguous === true || unsent.has(codeIn(error) ?? "");
}

/** Of Azure Resource Manager (its "common deployment errors") and of Container Instances (their "troubleshooting"). */
const codes: Readonly<Record<string, FaultCode>> = {
  AuthorizationFailed: "permission-denied",
  LinkedAuthorizationFailed: "permission-denied",
  AuthenticationFailed: "unauthenticated",
  InvalidAuthenticationToken: "unauthenticated",
  ExpiredAuthenticationToken: "unauthenticated",
  SubscriptionNotFound: "invalid-config",
  InvalidSubscriptionId: "invalid-config",
  ResourceGroupNotFound: "invalid-config",
  LocationNotAvailableForResourceType: "invalid-config",
  MissingSubscriptionRegistration: "invalid-config",
  ResourceNotFound: "not-found",
  ContainerNotFound: "not-found",
  InaccessibleImage: "image-not-found",
  ImageOsTypeNotMatchContainerGroup: "image-platform",
  ContainerGroupQuotaReached: "quota-exceeded",
  QuotaExceeded: "quota-exceeded",
  ContainerGroupTransitioning: "unavailable",
  ContainerNotRunning: "unavailable",
  TooManyRequests: "throttled",
  SubscriptionRequestsThrottled: "throttled",
};

function byStatus(status: number, code: string | undefined, message: string): Fault {
  if (status === 429) return { code: "throttled", message };
  // No capacity is an answer of 409: nothing was done.
  if (code === "ServiceUnavailable" && status < 500) return { code: "unavailable", message };
  if (status >= 500) return { code: "unavailable", ambiguous: true, message: `Azure answered ${status}: ${message}` };
  if (status === 401) return { code: "unauthenticated", message };
  if (status === 403) return { code: "permission-denied", message };
  if (status === 404) return { code: "not-found", message };
  if (status === 409) return { code: "conflict", message };
  if (status === 400) return { code: "invalid-spec", message };
  if (status < 300) return { code: "unavailable", ambiguous: true, message: `Azure's answer cannot be read: ${message}` };
  return { code: "internal", message: `Azure answered ${status}: ${message}` };
}
function classify(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { name = "", code, message: said = "", statusCode } = error as NativeError;
  const message = oneLine(said === "" ? name : said);
  if (code !== undefined && unsent.has(code)) return { code: "unavailable", message: `Azure does not answer: ${message}` };
  if (statusCode === undefined && ((code !== undefined && cut.has(code)) || /socket hang up|aborted/.test(message)))
    return { code: "unavailable", ambiguous: true, message: `the connection to Azure broke: ${message}` };
  const known = code === undefined ? undefined : codes[code];
  if (known !== undefined) return { code: known, message };
  if (/CredentialUnavailableError|AggregateAuthenticationError|AuthenticationError/.test(name))
    return { code: "unauthenticated", message };
  return statusCode === undefined ? undefined : byStatus(statusCode, code, message);
}

/** Pure. Undefined for what did not come from Azure or the way to it. */
export function classifyAciError(error: unknown): Fault | undefined {
  const fault = classify(error);
  if (fault === undefined) return undefined;
  const [vendorCode, waitMs] = [codeIn(error), retryAfterMs(error)];
  const hint = hintOf(fault.code, fault.message ?? "");
  return {
    ...fault,
    ...(vendorCode !== undefined && { vendorCode }),
    ...(waitMs !== undefined && fault.code === "throttled" && { retryAfterMs: waitMs }),
    ...(hint !== undefined && { hint }),
  };
}
