import type { Dictionary } from "@longshore/core";

/** Where jobs and services live, and with which rights they are started. */
export interface CloudRunConfig {
  /** The project's id. */
  readonly project: string;
  /** Such as `europe-west3`. */
  readonly region: string;
  /**
   * Mail address of the account that programs run as. A spec's `identity.taskRole` goes before it. Without either a spec is
   * refused: Cloud Run would take the project's default account, which may do a lot.
   */
  readonly serviceAccount?: string;
  /** Between us and Google. Default: `grpc`. */
  readonly transport?: "grpc" | "rest";
  /** Of another than Google, an emulator for example: `http://127.0.0.1:8085`, of the transport above. It answers for every service, and is asked without credentials. */
  readonly endpoint?: string;
  /** A file with credentials. Default: as Google's library finds them. */
  readonly keyFile?: string;
  /** How long Cloud Run lets a program go on after SIGTERM: it takes no wish there. Documented of services, and of jobs not at all. Default: 10,000 ms. */
  readonly stopGraceMs?: number;
  /** This runtime's share of the 60 `entries.list` a minute that Cloud Logging gives a whole project. Default: 50. */
  readonly logCallsPerMinute?: number;
  /** Entries that Cloud Logging received in this time before the newest one seen are read again, since some show late. Default: 10,000 ms. */
  readonly logOverlapMs?: number;
  /** How long nothing new may have come, after a task has ended, for its log to count as complete. Default: 10,000 ms. */
  readonly logQuietMs?: number;
  /** Between two looks at the log, or at a workload that is waited for. Default: 1,000 ms. */
  readonly pollMs?: number;
  /** Calls a second to all of Google's services together, for this runtime's share of the project. Default: 20. */
  readonly callsPerSecond?: number;
}

/** The slice `options["cloud-run"]` of a spec. */
export interface CloudRunOptions {
  readonly vpc?: {
    /** Name of a Serverless VPC Access connector, whole. Either this, or network and subnetwork. */
    readonly connector?: string;
    readonly network?: string;
    readonly subnetwork?: string;
    /** Network tags. */
    readonly tags?: readonly string[];
    /** Default: `private-ranges`. */
    readonly egress?: "all-traffic" | "private-ranges";
  };
  /** Which requests reach a service. Default: `all`. */
  readonly ingress?: "all" | "internal" | "internal-load-balancer";
  /** Requests that an instance of a service takes at once, up to 1,000. Default: Cloud Run's own, 80. */
  readonly concurrency?: number;
  /** Name of a customer-managed key, whole. */
  readonly encryptionKey?: string;
  /** Of a service's instances. Default: `gen2`; jobs have no other. */
  readonly executionEnvironment?: "gen1" | "gen2";
  /** Refuse CPU and memory that Cloud Run does not have, instead of taking the next larger ones. Default: false. */
  readonly exactSize?: boolean;
  /** Where the region has something that is needed here, such as worker pools, before it is generally available. Default: Google's own, `GA`. */
  readonly launchStage?: "BETA" | "ALPHA";
  /** Google's own labels, for cost allocation: lower-case letters, digits, `_` and `-`. */
  readonly labels?: Dictionary<string>;
}
