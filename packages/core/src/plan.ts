import type { Resources, WorkloadSpec } from "./spec.ts";

export interface Problem {
  /** Where in the spec, `resources.memory`. */
  readonly path: string;
  /** What was found and what would be right. */
  readonly message: string;
}
/** `to` is absent where a field has no effect here. */
export interface Adjustment {
  readonly path: string;
  readonly from: unknown;
  readonly to?: unknown;
  readonly reason: string;
}
/** Requests are data fit to print: a secret, and an answer that a later request needs, stand in them by name only. */
export interface Plan<Request = unknown> {
  readonly problems: readonly Problem[];
  readonly adjustments: readonly Adjustment[];
  readonly requests: readonly Request[];
}
/** A spec that core has read: units parsed, the hash taken as asked, `options` this runtime's slice as its schema gave it. */
export interface Order<Options = unknown> {
  readonly spec: WorkloadSpec;
  readonly resources: Resources;
  readonly specHash: string;
  readonly options: Options;
}
