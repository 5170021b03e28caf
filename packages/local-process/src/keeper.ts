import type { Socket } from "node:net";
import type { FreePorts } from "./free-ports.ts";
import type { PipePool } from "./pipe-pool.ts";
import type { Listener } from "./record-output.ts";
import type { SecretValues, Surroundings } from "./supervisor-messages.ts";
import type { ClaimRecord } from "./task-record.ts";
import type { WallClock } from "./wall-clock.ts";

/** What a supervisor has for all that it runs. */
export interface Means {
  readonly me: Required<Omit<ClaimRecord, "closing">>;
  readonly clock: WallClock;
  readonly pipes: PipePool;
  readonly ports: FreePorts;
}
/** A program that can be listened to and typed into. */
export interface Attachable {
  readonly input: Socket | undefined;
  listen(listener: Listener): Disposable;
  /** Nothing more will come. */
  readonly silent: Promise<void>;
}
/** A workload in a supervisor's hands. */
export interface Keeper {
  /** Nothing of it runs any more, and all is written down. */
  readonly over: Promise<void>;
  /** Something may have been written into its folder. */
  look(): void;
  /** Of the instance, else of the first that runs. Undefined where none does. */
  surroundings(instance: string | undefined): Surroundings | undefined;
  attachable(instance: string | undefined): Attachable | undefined;
}
/** All workloads in a supervisor's hands. */
export interface Keepers {
  /** No later one has taken over what is new. */
  readonly isCurrent: boolean;
  keeper(id: string): Keeper | undefined;
  /** Runs the workload, unless somebody does or did. */
  start(id: string, secrets: SecretValues): Promise<void>;
}
