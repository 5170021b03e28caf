import type { WorkloadId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Dictionary } from "./spec.ts";

/** What the backend can prove about how the program ended. Absent members are unknown, never zero. */
export interface Exit {
  readonly code?: number;
  /** `SIGKILL` and the like, where the backend tells it apart from a code. */
  readonly signal?: string;
  /** A process of the workload was killed for memory; not by itself the reason of a failure. */
  readonly oomKilled?: boolean;
  /** The backend's own words that the verdict rests on. */
  readonly evidence: string;
}
/** `exit` is absent where the program never started. Success cannot be said without proof, nor failure without a diagnosis. */
export type Ending = { readonly phase: "exited"; readonly startedAt?: Instant; readonly finishedAt: Instant } & (
  | { readonly outcome: "succeeded"; readonly exit: Exit }
  | { readonly outcome: "failed" | "stopped" | "timed-out"; readonly exit?: Exit; readonly diagnosis: Diagnosis }
);
export type TaskState =
  | { readonly phase: "pending"; readonly reason?: string }
  | { readonly phase: "running" | "stopping"; readonly startedAt?: Instant }
  | Ending;
/** One program of a service. */
export interface Instance {
  /** As in its log lines and endpoints. */
  readonly instance: string;
  readonly phase: TaskState["phase"];
  /** Its probe succeeds, and nothing is about to take it away. */
  readonly ready: boolean;
  /** How often it was started again after it ended by itself. */
  readonly restarts: number;
  /** Of the newest spec: false for what an update is taking away. */
  readonly current: boolean;
  /** How it ended the last time, where it ever did and the backend remembers. */
  readonly lastEnding?: Ending;
}
export interface ServiceState {
  /** 0 while it is stopped. */
  readonly desired: number;
  readonly ready: number;
  /** Of all instances that there are. */
  readonly restarts: number;
  readonly instances: readonly Instance[];
}
interface Common {
  readonly id: WorkloadId;
  /** What the backend's own tools call it. */
  readonly nativeId: string;
  readonly specHash: string;
  readonly labels: Dictionary<string>;
  readonly createdAt: Instant;
}
export interface Task extends Common {
  readonly kind: "task";
  readonly state: TaskState;
  /** When the time limit ends it, once it has started. */
  readonly deadline?: Instant;
}
export interface Service extends Common {
  readonly kind: "service";
  readonly state: ServiceState;
}
export type Workload = Task | Service;

export interface Absent {
  readonly kind: "absent";
  readonly id: WorkloadId;
}
export interface Unreachable {
  readonly kind: "unreachable";
  readonly id: WorkloadId;
  readonly reason: string;
}
/** It was there, as the store remembers, was not removed by us, and the backend no longer knows it. */
export interface Lost {
  readonly kind: "lost";
  readonly id: WorkloadId;
  readonly specHash: string;
}
/** What one look at a backend can say. */
export type DriverInspection = Workload | Absent | Unreachable;
/** What a runtime says, with its store's memory. */
export type Inspection = DriverInspection | Lost;
