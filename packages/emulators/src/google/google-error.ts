import { codeNumberOf, type StatusCode } from "./status-code.ts";

/** An Any of google.rpc in its JSON form: `{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", … }`. */
export type ErrorDetail = { readonly "@type": string } & Readonly<Record<string, unknown>>;

/** What a method answers instead of its result: a google.rpc.Status, as gRPC and REST tell it. */
export class GoogleError extends Error {
  override readonly name = "GoogleError";
  readonly code: StatusCode;
  readonly details: readonly ErrorDetail[];

  constructor(code: StatusCode, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** As google.rpc.Status in JSON. */
  toStatus(): { code: number; message: string; details?: readonly ErrorDetail[] } {
    const { message, details } = this;
    return { code: codeNumberOf(this.code), message, ...(details.length > 0 && { details }) };
  }
}

export const notFound = (what: string): GoogleError => new GoogleError("NOT_FOUND", `Resource '${what}' was not found`);

export const invalid = (field: string, description: string): GoogleError =>
  new GoogleError("INVALID_ARGUMENT", `Violation in ${field}: ${description}`, [
    { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field, description }] },
  ]);

/** What a quota answers. There is no hint when to ask again, as there is none from the real services. */
export const exhausted = (service: string, metric: string): GoogleError =>
  new GoogleError("RESOURCE_EXHAUSTED", `Quota exceeded for quota metric '${metric}' of service '${service}'.`, [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "RATE_LIMIT_EXCEEDED",
      domain: "googleapis.com",
      metadata: { service, quota_metric: metric },
    },
  ]);

/** Any error as one that can be answered. */
export const toGoogleError = (error: unknown): GoogleError =>
  error instanceof GoogleError ? error : new GoogleError("INTERNAL", error instanceof Error ? error.message : String(error));
