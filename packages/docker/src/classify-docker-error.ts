import type { Fault } from "@longshore/core";

interface NativeError {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
}
/** Nothing was sent: trying again can do no harm. */
const unsent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
/** Sent, perhaps: the answer is missing. */
const cut: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_DESTROYED",
]);
/** Node.js's words for a certificate that it does not trust (nodejs.org/api/tls.html, X509 certificate error codes). */
const distrusted = /CERT|LEAF_SIGNATURE|INVALID_CA|HOSTNAME_MISMATCH/;
/** The engine ended the handshake: what it says of the client's certificate. */
const refusedClient = /^ERR_SSL_.*ALERT/;

/** What a registry or the engine says of an image; the words are all there is (they come inside a successful answer). */
export function classifyImageError(said: string): Fault | undefined {
  const message = said.replace(/\s+/g, " ").trim();
  if (
    /no matching manifest|does not match the (specified|detected) .*platform|was found but (does not|its platform)/i.test(said)
  ) {
    return { code: "image-platform", message };
  }
  if (
    /unauthorized|authentication required|no basic auth credentials|incorrect username or password|access .*denied/i.test(said)
  ) {
    return { code: "unauthenticated", message };
  }
  if (
    /manifest .*(unknown|not found)|not found: manifest|no such image|repository .*not found|name unknown|does not exist/i.test(
      said,
    )
  ) {
    return { code: "image-not-found", message };
  }
  return undefined;
}

function classifyStatus(status: number, message: string): Fault {
  const image = classifyImageError(message);
  if (image !== undefined) return image;
  if (status === 404) return { code: "not-found", message };
  if (status === 409) return { code: "conflict", message };
  if (status === 400) return { code: "invalid-spec", message };
  if (status === 401) return { code: "unauthenticated", message };
  if (status === 403) return { code: "permission-denied", message };
  if (status === 429) return { code: "throttled", message };
  // A proxy in between, not the engine: nobody knows what the engine did.
  if (status >= 502 && status <= 504) return { code: "unavailable", ambiguous: true, message };
  return { code: "internal", message };
}

/** Pure. Undefined for what did not come from the engine or the way to it. */
export function classifyDockerError(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { statusCode, json, code = "", name, message = "" } = error as NativeError;
  if (statusCode !== undefined) {
    const said = json?.message ?? message.replace(/^\(HTTP code \d+\) .*? - /, "");
    return classifyStatus(statusCode, said.replace(/\s+/g, " ").trim());
  }
  if (code === "EACCES" || code === "EPERM") {
    return { code: "permission-denied", message: `${message}; may this user use the engine's socket?` };
  }
  if (refusedClient.test(code)) {
    return { code: "unauthenticated", message: `the Docker Engine does not take the client's certificate: ${code}` };
  }
  if (distrusted.test(code))
    return { code: "unauthenticated", message: `the Docker Engine's certificate is not trusted: ${message}` };
  if (unsent.has(code)) return { code: "unavailable", message: `no Docker Engine answers: ${message}` };
  if (cut.has(code) || message === "aborted" || message === "socket hang up") {
    return { code: "unavailable", ambiguous: true, message: `the connection to the Docker Engine broke: ${message}` };
  }
  if (name === "TimeoutError")
    return { code: "unavailable", ambiguous: true, message: "the Docker Engine did not answer in time" };
  return undefined;
}
