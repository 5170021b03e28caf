/** What can go wrong with any request, whatever it asks for. */
export type WireFault =
  /** Refused as the cloud refuses who asks too often. */
  | { readonly kind: "throttle" }
  /** The work is done, and the connection ends before the answer. */
  | { readonly kind: "lose-reply" }
  /** The connection ends, and nothing is done. */
  | { readonly kind: "drop-request" }
  /** Answered by something in between that knows nothing of the cloud; nothing is done. */
  | { readonly kind: "status"; readonly status: number; readonly html?: boolean }
  /** Done and answered so much later, in milliseconds of the emulator's clock. */
  | { readonly kind: "latency"; readonly ms: number };

export type FaultDetail = string | number | boolean | null | readonly FaultDetail[] | { readonly [name: string]: FaultDetail };

/** What only one cloud knows how to do wrong, by a name that begins with it: `ecs:missing-after-run`. */
export interface ServiceFault {
  readonly kind: `${string}:${string}`;
  readonly [detail: string]: FaultDetail;
}

export type Fault = WireFault | ServiceFault;

/** Which requests meet a fault. */
export interface FaultRule {
  /** Such as `ecs:RunTask`, `ecs:*` or `*`. */
  readonly operation: string;
  readonly fault: Fault;
  /** Of 1. Default 1: every one. */
  readonly probability?: number;
  /** The first matching request that may meet it, counted from 1. Default 1. */
  readonly first?: number;
  /** How many requests meet it at most. Default: no limit. */
  readonly times?: number;
}
