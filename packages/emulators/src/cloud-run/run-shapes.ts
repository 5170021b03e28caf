/** The parts of Cloud Run's messages that the emulator reads, in their JSON form. The others are kept, and given back. */

export interface SecretKeySelector {
  readonly secret: string;
  readonly version?: string;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueSource?: { readonly secretKeyRef?: SecretKeySelector };
}

export interface ResourceRequirements {
  readonly limits?: Readonly<Record<string, string>>;
  readonly cpuIdle?: boolean;
  readonly startupCpuBoost?: boolean;
}

export interface Container {
  readonly name?: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly resources?: ResourceRequirements;
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[];
  readonly workingDir?: string;
  readonly volumeMounts?: readonly object[];
}

export interface TaskTemplate {
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name?: string; readonly secret?: { readonly secret?: string } }[];
  readonly maxRetries?: number;
  readonly timeout?: string;
  readonly serviceAccount?: string;
  readonly executionEnvironment?: string;
  readonly vpcAccess?: object;
  readonly encryptionKey?: string;
}

export interface ExecutionTemplate {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly parallelism?: number;
  readonly taskCount?: number;
  readonly template: TaskTemplate;
}

export interface Job {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly client?: string;
  readonly clientVersion?: string;
  readonly launchStage?: string;
  readonly binaryAuthorization?: object;
  readonly template: ExecutionTemplate;
  readonly startExecutionToken?: string;
  readonly runExecutionToken?: string;
  readonly etag?: string;
}

export interface Overrides {
  readonly containerOverrides?: readonly {
    readonly name?: string;
    readonly args?: readonly string[];
    readonly env?: readonly EnvVar[];
    readonly clearArgs?: boolean;
  }[];
  readonly taskCount?: number;
  readonly timeout?: string;
}

export type ConditionState = "CONDITION_PENDING" | "CONDITION_RECONCILING" | "CONDITION_FAILED" | "CONDITION_SUCCEEDED";

export interface Condition {
  readonly type: string;
  readonly state: ConditionState;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly severity?: "ERROR" | "WARNING" | "INFO";
  readonly reason?: string;
  readonly revisionReason?: string;
  readonly executionReason?: string;
}

export interface AttemptResult {
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly exitCode?: number;
  readonly termSignal?: number;
}
