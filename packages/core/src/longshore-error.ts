import type { Fault, FaultCode } from "./fault.ts";

export interface LongshoreErrorInit extends Omit<Fault, "message"> {
  /** The verb, such as `start`, or the capability's, such as `exec.exec`. */
  readonly operation: string;
  /** The runtime's name in the config, else the plugin's. */
  readonly runtime?: string;
  readonly workload?: string;
  readonly cause?: unknown;
}
/** What of an error goes into updates and stores. Without the cause, which may hold anything. */
export interface ErrorReport extends Omit<Fault, "message"> {
  readonly message: string;
  readonly retryable: boolean;
  readonly operation: string;
  readonly runtime?: string;
  readonly workload?: string;
}

const mark: unique symbol = Symbol.for("longshore.error") as never;
const retryableByDefault: ReadonlySet<FaultCode> = new Set(["throttled", "unavailable", "timeout"]);

/** The only error core throws, besides an abort's own reason. Known by a mark, so that two installed copies agree. */
export class LongshoreError extends Error {
  static {
    const hidden = { writable: true, configurable: true };
    Object.defineProperty(LongshoreError.prototype, "name", { value: "LongshoreError", ...hidden });
    Object.defineProperty(LongshoreError.prototype, mark, { value: true });
  }
  readonly code: FaultCode;
  readonly retryable: boolean;
  readonly ambiguous: boolean;
  readonly operation: string;
  readonly retryAfterMs?: number;
  readonly runtime?: string;
  readonly workload?: string;
  readonly vendorCode?: string;
  readonly hint?: string;

  constructor(message: string, init: LongshoreErrorInit) {
    super(message, "cause" in init ? { cause: init.cause } : undefined);
    this.code = init.code;
    this.retryable = init.retryable ?? retryableByDefault.has(init.code);
    this.ambiguous = init.ambiguous ?? false;
    this.operation = init.operation;
    if (init.retryAfterMs !== undefined) this.retryAfterMs = init.retryAfterMs;
    if (init.runtime !== undefined) this.runtime = init.runtime;
    if (init.workload !== undefined) this.workload = init.workload;
    if (init.vendorCode !== undefined) this.vendorCode = init.vendorCode;
    if (init.hint !== undefined) this.hint = init.hint;
  }

  static is(error: unknown): error is LongshoreError;
  /** A literal code only: with the whole union a `false` would rule out every LongshoreError, which is not what it means. */
  static is<C extends FaultCode>(
    error: unknown,
    code: FaultCode extends C ? never : C,
  ): error is LongshoreError & { readonly code: C };
  static is(error: unknown, code?: FaultCode): boolean {
    if (typeof error !== "object" || error === null || !(mark in error)) return false;
    return code === undefined || (error as { readonly code?: unknown }).code === code;
  }

  toJSON(): ErrorReport {
    const { message, code, retryable, ambiguous, operation } = this;
    const { retryAfterMs, runtime, workload, vendorCode, hint } = this;
    return {
      message,
      code,
      retryable,
      ambiguous,
      operation,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(runtime !== undefined && { runtime }),
      ...(workload !== undefined && { workload }),
      ...(vendorCode !== undefined && { vendorCode }),
      ...(hint !== undefined && { hint }),
    };
  }
}
