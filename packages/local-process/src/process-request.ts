import type { Dictionary, Port, Readiness, SecretUse } from "@longshore/core";

/** What the supervisor starts. Fit to print: secrets stand in it by name. */
export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly env: Dictionary<string>;
  /** Written down beside what runs. */
  readonly labels?: Dictionary<string>;
  readonly secrets: Dictionary<SecretUse>;
  /** Absent: a fresh folder of the workload's own. */
  readonly workingDirectory?: string;
  readonly ports?: readonly Port[];
  readonly stdin?: true;
  readonly timeoutMs?: number;
  readonly pendingTimeoutMs?: number;
  readonly graceMs: number;
  /** Of services. */
  readonly service?: ServiceRequest;
}
/** How a service is kept running. */
export interface ServiceRequest {
  readonly replicas: number;
  readonly restart: "always" | "on-failure";
  readonly readiness?: Readiness;
  /** How long an update gives an instance to become ready. */
  readonly readyMs: number;
  readonly rolling: boolean;
  readonly drainMs: number;
}
