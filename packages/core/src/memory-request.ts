import type { WorkloadId } from "./ids.ts";
import type { MemoryProgram } from "./memory-program.ts";
import type { Dictionary, Port, Readiness, SecretUse } from "./spec.ts";

/** What a driver asks the backend to create. */
export interface MemoryRequest {
  readonly kind: "task";
  readonly name: string;
  readonly owner: string;
  readonly id: WorkloadId;
  readonly image?: string;
  readonly program: MemoryProgram;
  /** By name; the values are handed over when it is launched. */
  readonly secrets: Dictionary<SecretUse>;
  readonly specHash: string;
  readonly labels: Dictionary<string>;
  readonly stopGraceMs: number;
  readonly timeoutMs?: number;
}
/** The same of a service. */
export interface MemoryServiceRequest {
  readonly kind: "service";
  readonly name: string;
  readonly owner: string;
  readonly id: WorkloadId;
  readonly image?: string;
  readonly program: MemoryProgram;
  /** By name; the values are handed over when it is launched. */
  readonly secrets: Dictionary<SecretUse>;
  readonly specHash: string;
  readonly labels: Dictionary<string>;
  readonly replicas: number;
  readonly restart: "always" | "on-failure";
  readonly readiness?: Readiness;
  readonly readyMs: number;
  readonly rolling: boolean;
  readonly drainMs: number;
  readonly stopGraceMs: number;
  readonly ports: readonly Port[];
}
