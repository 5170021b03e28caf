import type { WorkloadId } from "./ids.ts";
import type { MemoryProgram } from "./memory-program.ts";
import type { Dictionary, Port, Readiness, SecretUse } from "./spec.ts";

/** What a driver asks the backend to create, of whatever kind. */
export interface MemoryWorkloadRequest {
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
}
export interface MemoryRequest extends MemoryWorkloadRequest {
  readonly kind: "task";
  readonly timeoutMs?: number;
}
export interface MemoryServiceRequest extends MemoryWorkloadRequest {
  readonly kind: "service";
  readonly replicas: number;
  readonly restart: "always" | "on-failure";
  readonly readiness?: Readiness;
  readonly readyMs: number;
  readonly rolling: boolean;
  readonly drainMs: number;
  readonly ports: readonly Port[];
}
