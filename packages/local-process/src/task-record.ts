import type { DiagnosisCode, Dictionary, Instant } from "@longshore/core";
import type { StopIntent } from "@longshore/core/driver";
import type { ProcessIdentity } from "./process-identity.ts";
import type { ProcessRequest } from "./process-request.ts";

/** In the environment of a program and of all that descend from it, so that they are found wherever they went. */
export const markerName = "LONGSHORE_WORKLOAD";

/** The files of a task's folder. Each but the log is written once, whole, and never changed. */
export const taskFiles = {
  /** Written before the folder gets its name. */
  task: "task.json",
  /** Who alone may start the program. */
  claim: "supervisor.json",
  started: "started.json",
  /** Why it is being ended; before the first signal. */
  intent: "intent.json",
  /** The last to be written: nothing runs any more and the log is whole. */
  exit: "exit.json",
  log: "log",
  work: "work",
  secrets: "secrets",
} as const;

export interface TaskRecord {
  readonly version: 1;
  readonly id: string;
  readonly specHash: string;
  readonly labels: Dictionary<string>;
  readonly createdAt: Instant;
  readonly request: ProcessRequest;
  /** The value of the marker: unique to this run, whatever other folders hold the same owner and id. */
  readonly marker: string;
}
export interface ClaimRecord extends ProcessIdentity {
  /** The number of its turn as the owner's supervisor, by which it is reached. */
  readonly turn?: number;
  /** Not a supervisor, but somebody who sees to it that none comes any more. */
  readonly closing?: true;
}
export interface StartedRecord {
  /** Also the number of its process group. */
  readonly program: ProcessIdentity;
  readonly at: Instant;
  /** Declared ports and the ones that were given. */
  readonly ports?: Dictionary<number>;
}
export interface IntentRecord {
  readonly intent: StopIntent;
  readonly graceMs: number;
}
export interface Failure {
  readonly code: DiagnosisCode;
  readonly detail: string;
}
export interface ExitRecord {
  readonly finishedAt: Instant;
  readonly code?: number;
  readonly signal?: string;
  /** As it stood when the program ended: a stop that came too late changes no verdict. */
  readonly intent?: StopIntent;
  readonly forced?: boolean;
  /** The program never ran, or its end was not seen. */
  readonly failure?: Failure;
}
