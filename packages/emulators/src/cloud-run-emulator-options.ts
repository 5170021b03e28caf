import type { CloudRunDelays } from "./cloud-run/run-delays.ts";
import type { FaultRule } from "./fault.ts";
import type { JournalLimits } from "./journal.ts";

/** All of it may be left out. */
export interface CloudRunEmulatorOptions {
  /** Of gRPC, on 127.0.0.1. Default 0: any that is free. */
  readonly port?: number;
  /** Of REST and of the control endpoint, on 127.0.0.1. Default 0: any that is free. */
  readonly restPort?: number;
  /** What runs the containers. Default: `docker` where an engine answers, else `process`. */
  readonly engine?: "docker" | "process";
  /** What faults with a probability are drawn from. Default 1. */
  readonly seed?: number;
  /** Default: none. */
  readonly faults?: readonly FaultRule[];
  /** States last about as long as on Google Cloud, and its documented quotas hold. Default false: quick, and they do not. */
  readonly realistic?: boolean;
  /** Single ones of those delays, in milliseconds. */
  readonly delays?: Partial<CloudRunDelays>;
  /** Whether documented quotas hold, such as 60 `entries.list` a minute for each project. Default: as `realistic`. */
  readonly quotas?: boolean;
  /** How many times as fast as real time the clock goes. Default 1. */
  readonly speed?: number;
  /** Where secrets belong that are seeded by their id alone. Default `longshore`. */
  readonly project?: string;
  /** Values by `projects/PROJECT/secrets/SECRET`, or by SECRET alone. Each becomes a version of its secret. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Permissions that the caller lacks, such as `run.jobs.run`: it has every other. Default: none. */
  readonly deniedPermissions?: readonly string[];
  /** Those that exist, by their mail addresses. Default: every one. */
  readonly serviceAccounts?: readonly string[];
  /** Images that cannot be pulled, where containers are processes. Default: none. */
  readonly missingImages?: readonly string[];
  readonly journal?: JournalLimits;
}
