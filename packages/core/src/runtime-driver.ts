import type { Call } from "./call.ts";
import type { Capabilities } from "./capabilities.ts";
import type { StopIntent } from "./decide-ending.ts";
import type { Fault } from "./fault.ts";
import type { WorkloadId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { DriverLogItem } from "./log-record.ts";
import type { Order, Plan } from "./plan.ts";
import type { DriverInspection, Workload } from "./workload.ts";

/** Absent: the spec's own grace, else `defaultStopGraceMs`. The result says what was applied. */
export interface StopOptions {
  readonly graceMs?: number;
}
export interface DriverStopOptions extends StopOptions {
  /** Recorded on the backend, first come first kept, before the first signal. */
  readonly intent: StopIntent;
}
export interface StopResult {
  /** Unconfirmed: the backend cannot show by `deadline` that nothing runs any more. */
  readonly state: "confirmed" | "unconfirmed";
  /** The grace ran out and the program was killed. */
  readonly forced: boolean;
  /** The grace that was applied. */
  readonly graceMs: number;
  readonly deadline?: Instant;
  readonly reason?: string;
}
/** Something that bears an id whose workload is gone; `remove(id)` takes it away. */
export interface Leftover {
  readonly kind: "leftover";
  readonly id: WorkloadId;
  /** `volume`, `folder`, … */
  readonly what: string;
  readonly nativeId: string;
  readonly createdAt: Instant;
}
export interface ListFilter {
  readonly labels?: Readonly<Record<string, string>>;
  readonly kind?: Workload["kind"];
}
export interface DriverLogQuery {
  /** Go on until the task has ended, or the service was stopped or removed, and is drained. */
  readonly follow: boolean;
  /** By instance: begin with the first item that bore it. Instances that it does not name are read from their beginning. */
  readonly positions?: Readonly<Record<string, string>>;
  /** Leave out items that are older. Without `positions` only. */
  readonly since?: Instant;
  /** Begin at most so many lines of each stream before the end. Without `positions` only; core trims, so more is no fault. */
  readonly tail?: number;
}

/**
 * What a plugin implements. Each method may be called at any time, from several processes at once, and again after any
 * failure: all are idempotent. Native errors are thrown as they come; core asks `classify` about them and wraps once.
 */
export interface RuntimeDriver<
  C extends Capabilities = Capabilities,
  Options = unknown,
  Request = unknown,
> extends AsyncDisposable {
  readonly capabilities: C;
  /** Pure: the same order gives the same plan, and nothing is asked of the backend. */
  plan(order: Order<Options>): Plan<Request>;
  /**
   * Sends exactly the plan's requests. What runs under the id already is answered as it is: core compares hashes. What
   * another call began and left unfinished is finished; a program that has been started once is never started again.
   */
  start(order: Order<Options>, plan: Plan<Request>, call: Call): Promise<Workload>;
  /** One answer for each id. Throws only when it can say nothing of any of them. */
  inspect(ids: readonly WorkloadId[], call: Call): Promise<readonly DriverInspection[]>;
  /**
   * Records the intent before the first signal, waits for the end. No error when it has ended or never was. A service stays
   * stopped until `resume`, whatever happens to the backend.
   */
  stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult>;
  /** Kills what still runs, takes everything that bears the id, the id's last bearer last. Absent is success. */
  remove(id: WorkloadId, call: Call): Promise<void>;
  /** The owner's only; with leftovers, since a sweep finds them nowhere else. */
  list(filter: ListFilter, call: Call): AsyncIterable<Workload | Leftover>;
  /**
   * In batches: what came together, so that a line costs no turn of the event loop; an empty one does no harm. With `follow`,
   * ends only once the workload has ended and the backend is drained; a broken connection is thrown, and core
   * opens again where it was. Without, ends at what there is now. An unknown id is thrown as `not-found`.
   */
  logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncIterable<readonly DriverLogItem[]>;
  ping(call: Call): Promise<void>;
  classify(error: unknown): Fault | undefined;
}
