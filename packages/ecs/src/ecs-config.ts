import type { Dictionary } from "@longshore/core";

export interface EcsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where tasks and services live, and with which rights they are started. */
export interface EcsConfig {
  /** Default: as the AWS SDK finds it (`AWS_REGION`, the profile, the instance). */
  readonly region?: string;
  /** Name or ARN of a cluster that exists. Default: `default`. */
  readonly cluster?: string;
  /** Where the network interfaces of tasks are placed. At least one. */
  readonly subnets: readonly string[];
  /** Default: the VPC's own. */
  readonly securityGroups?: readonly string[];
  /** Without a NAT gateway nothing can be pulled otherwise. Default: false. */
  readonly publicAddress?: boolean;
  /** ARN of the role that pulls images, reads secrets and writes logs. A spec's `identity.executionRole` goes before it. */
  readonly executionRole: string;
  /** ARN of the program's own role. Default: none. A spec's `identity.taskRole` goes before it. */
  readonly taskRole?: string;
  /** Made when it is missing. Default: `/longshore`. */
  readonly logGroup?: string;
  /** What a log group that is made here keeps, in days, as CloudWatch offers them (1, 3, 5, 7, 14, 30, …). Default: for ever. */
  readonly logRetentionDays?: number;
  /** `EC2`: on container instances of one's own. Default: `FARGATE`. */
  readonly launchType?: "FARGATE" | "EC2";
  /** Takes the place of `launchType`: names of the cluster's capacity providers. */
  readonly capacityProviders?: readonly string[];
  /** Of another than AWS, an emulator for example: it answers for every service. */
  readonly endpoint?: string;
  /** Default: as the AWS SDK finds them. */
  readonly credentials?: EcsCredentials;
  /** How long a stream has to stay as it is, after its task has stopped, to count as complete. Default: 5,000 ms. */
  readonly logQuietMs?: number;
  /** Between two looks at a log that is followed, or at a workload that is waited for. Default: 1,000 ms. */
  readonly pollMs?: number;
  /** Calls a second to all of AWS's services together, for this runtime's share of the account. Default: 20, the least refill of the calls made most. */
  readonly callsPerSecond?: number;
}

/** The slice `options.ecs` of a spec. */
export interface EcsOptions {
  /** Instead of the config's. */
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly publicAddress?: boolean;
  /** Instead of the config's `launchType` and `capacityProviders`. */
  readonly capacityProviders?: readonly string[];
  /** Refuse what is no size of Fargate's instead of taking the next larger one. Default: false. */
  readonly exactSize?: boolean;
  /** Lets commands be run in the container (`exec`); needs a task role with the rights of `ssmmessages`. Default: false. */
  readonly executeCommand?: boolean;
  /** Of the platform, such as `1.4.0`. Default: `LATEST`. */
  readonly platformVersion?: string;
  /** Of tasks, services and definitions, for cost allocation. */
  readonly tags?: Dictionary<string>;
}
