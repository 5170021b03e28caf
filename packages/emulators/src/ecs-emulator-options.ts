import type { EcsDelays } from "./ecs/ecs-delays.ts";
import type { FaultRule } from "./fault.ts";
import type { JournalLimits } from "./journal.ts";

/** All of it may be left out. */
export interface EcsEmulatorOptions {
  /** On 127.0.0.1. Default 0: any that is free. */
  readonly port?: number;
  /** What runs the containers. Default: `docker` where an engine answers, else `process`. */
  readonly engine?: "docker" | "process";
  /** What faults with a probability are drawn from. Default 1. */
  readonly seed?: number;
  /** Default: none. */
  readonly faults?: readonly FaultRule[];
  /** States last about as long as on AWS, and requests are throttled at its documented rates. Default false: quick, and not at all. */
  readonly realistic?: boolean;
  /** Single ones of those delays, in milliseconds. */
  readonly delays?: Partial<EcsDelays>;
  /** Whether requests are throttled at the documented rates. Default: as `realistic`. */
  readonly quotas?: boolean;
  /** How many times as fast as real time the clock goes. Default 1. */
  readonly speed?: number;
  /** Of those who sign with a key that is no account's number. Default `123456789012`. */
  readonly account?: string;
  /** Where secrets belong that are seeded by a name without a region. Default `us-east-1`. */
  readonly region?: string;
  /** What task definitions refer to in `valueFrom`, and its values. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Those that exist. Default: every one whose id has the right form. */
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  /** Names of the roles that exist. Default: every one. */
  readonly roles?: readonly string[];
  /** What SimulatePrincipalPolicy says that nobody may do, such as `iam:PassRole`. Default: none. */
  readonly deniedActions?: readonly string[];
  /** Images that cannot be pulled, where containers are processes. Default: none. */
  readonly missingImages?: readonly string[];
  /** What holds the network of a task with several containers, on Docker. It needs a `sleep`. Default `busybox:1.35`. */
  readonly networkImage?: string;
  readonly journal?: JournalLimits;
}
