import type { Fault } from "@longshore/core";

interface NativeError {
  /** The status of an answer, or the code of a broken connection. */
  readonly code?: number | string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
}
/** What the API server says of a failure (kubernetes.io/docs/reference/kubernetes-api/common-definitions/status). */
interface Status {
  readonly reason?: string;
  readonly message?: string;
}
/** Nothing was sent: trying again can do no harm. */
const unsent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
/** Sent, perhaps: the answer is missing. */
const cut: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);

function readStatus(body: unknown): Status {
  if (typeof body === "object" && body !== null) return body;
  try {
    const parsed: unknown = typeof body === "string" ? JSON.parse(body) : undefined;
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return typeof body === "string" ? { message: body } : {};
  }
}
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function classifyForbidden(message: string): Fault {
  if (/exceeded quota|failed quota|limited: /.test(message)) return { code: "quota-exceeded", message };
  if (/admission webhook|violates PodSecurity|unable to validate against any/.test(message)) {
    return { code: "invalid-spec", message: `the cluster's admission refused it: ${message}` };
  }
  return { code: "permission-denied", message };
}

/** Of an answer of the API server, or of whoever answers in its place. */
function classifyStatus(status: number, { reason, message: said = "" }: Status, retryAfter?: string): Fault {
  const message = oneLine(said === "" ? (reason ?? `the API server answered ${status}`) : said);
  switch (status) {
    case 400:
    case 422:
      return { code: "invalid-spec", message };
    case 401:
      return { code: "unauthenticated", message: "the cluster does not accept these credentials; have they expired?" };
    case 403:
      return classifyForbidden(message);
    case 404:
      return { code: "not-found", message };
    case 409:
      return { code: "conflict", message };
    case 410:
      return { code: "unavailable", message };
    case 429: {
      const seconds = Number(retryAfter);
      return { code: "throttled", message, ...(seconds > 0 && { retryAfterMs: seconds * 1000 }) };
    }
    default:
      // The server or a proxy gave up on the way: nobody knows what was done.
      return status >= 500 ? { code: "unavailable", ambiguous: true, message } : { code: "internal", message };
  }
}

function classifyConnection(code: string, message: string): Fault | undefined {
  if (unsent.has(code)) return { code: "unavailable", message: `no API server answers: ${message}` };
  if (cut.has(code))
    return { code: "unavailable", ambiguous: true, message: `the connection to the API server broke: ${message}` };
  if (code === "CERT_HAS_EXPIRED") return { code: "unauthenticated", message: "the API server's certificate has expired" };
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
    return { code: "unauthenticated", message: `the API server's certificate is not trusted: ${message}` };
  }
  if (code.startsWith("ERR_SSL_")) {
    return { code: "unauthenticated", message: `the API server refused the client certificate: ${message}` };
  }
  return undefined;
}

/** Pure. Undefined for what did not come from the API server or the way to it. */
export function classifyKubernetesError(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, body, headers, message = "" } = error as NativeError;
  if (typeof code === "number") return classifyStatus(code, readStatus(body), headers?.["retry-after"]);
  const { name } = error as Error;
  if (name === "TimeoutError") return { code: "unavailable", ambiguous: true, message: "the API server does not answer" };
  if (/aborted|socket hang up/.test(message) && code === undefined) return classifyConnection("ECONNRESET", message);
  return code === undefined ? undefined : classifyConnection(code, oneLine(message));
}

export const hasStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  statuses.includes((error as { readonly code?: unknown } | null)?.code as number);

/** Undefined where the answer is one of those, which say that what was wanted is so. */
export async function unless<T>(fine: readonly number[], send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (hasStatus(error, ...fine)) return undefined;
    throw error;
  }
}
