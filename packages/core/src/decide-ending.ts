import { diagnose, type Diagnosis } from "./diagnosis.ts";
import type { Instant } from "./instant.ts";
import type { Ending, Exit } from "./workload.ts";

/** Why somebody here ended it, recorded on the backend before the first signal. */
export type StopIntent = "stopped" | "timed-out";

export interface EndingEvidence {
  readonly startedAt?: Instant;
  readonly finishedAt: Instant;
  /** Absent where the program never started, or where nothing is known of how it ended. */
  readonly exit?: Exit;
  readonly intent?: StopIntent;
  /** The backend's own verdict that the code does not carry: a failed start, an eviction, a dead supervisor. */
  readonly failure?: Diagnosis;
}

/**
 * The one place that decides an outcome, so that it is the same on every backend. An intent beats the code (a program that
 * traps TERM and exits 0 was stopped); success needs code 0 in the backend's own words; what is unknown has failed.
 */
export function decideEnding({ intent, exit, failure, finishedAt, startedAt }: EndingEvidence): Ending {
  const when = { phase: "exited", finishedAt, ...(startedAt !== undefined && { startedAt }) } as const;
  const how = exit === undefined ? when : { ...when, exit };
  if (intent !== undefined) {
    return { ...how, outcome: intent, diagnosis: diagnose(intent === "stopped" ? "stopped" : "time-limit") };
  }
  if (failure !== undefined) return { ...how, outcome: "failed", diagnosis: failure };
  if (exit?.code === 0 && exit.signal === undefined) return { ...when, exit, outcome: "succeeded" };
  return { ...how, outcome: "failed", diagnosis: diagnoseExit(exit) };
}

function diagnoseExit(exit: Exit | undefined): Diagnosis {
  if (exit?.oomKilled === true) return diagnose("out-of-memory", exit.evidence);
  if (exit?.signal !== undefined) return diagnose("signal", exit.signal);
  if (exit?.code !== undefined) return diagnose("exit-code", String(exit.code));
  return diagnose("exit-unknown", exit?.evidence);
}
