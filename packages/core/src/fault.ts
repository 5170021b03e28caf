/** Every reason for which a call can fail, the same on every backend. */
export type FaultCode =
  | "not-found"
  | "conflict"
  | "lost"
  | "invalid-config"
  | "invalid-spec"
  | "invalid-argument"
  | "unsupported"
  | "unauthenticated"
  | "permission-denied"
  | "image-not-found"
  | "image-platform"
  | "quota-exceeded"
  | "throttled"
  | "unavailable"
  | "timeout"
  | "closed"
  | "internal"
  | "unknown";

/** What a driver says about a native error; core turns it into one LongshoreError. */
export interface Fault {
  readonly code: FaultCode;
  /** Default: true for `throttled`, `unavailable` and `timeout`. */
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  /** The work may have been done although the answer says otherwise: core looks before anyone tries again. */
  readonly ambiguous?: boolean;
  /** The backend's own words, one line, fit to be shown; without secrets. Default: the native error's message. */
  readonly message?: string;
  /** The backend's own name for it, such as `AccessDeniedException`. */
  readonly vendorCode?: string;
  /** What the reader can do about it, in one line. */
  readonly hint?: string;
}
