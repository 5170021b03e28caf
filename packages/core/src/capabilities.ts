import type { Call } from "./call.ts";
import type { WorkloadId } from "./ids.ts";
import type { ImageConfig } from "./image-config.ts";
import type { Instant } from "./instant.ts";
import type { DriverLogItem, Stream } from "./log-record.ts";
import type { Port, ServiceSpec, WorkloadSpec } from "./spec.ts";
import type { Mebibytes, MilliCpu } from "./units.ts";
import type { Exit, Service } from "./workload.ts";

export interface Endpoint {
  readonly instance: string;
  readonly port: number;
  readonly host: string;
  readonly hostPort: number;
  readonly protocol: Port["protocol"];
}
export interface ExecRequest {
  readonly id: WorkloadId;
  readonly command: readonly string[];
  readonly instance?: string;
  readonly stdin?: string;
}
export interface ExecResult {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}
export type Keystrokes = Uint8Array | { readonly columns: number; readonly rows: number };
export interface AttachRequest {
  readonly id: WorkloadId;
  readonly instance?: string;
  readonly input?: AsyncIterable<Keystrokes>;
}
export interface OutputChunk {
  readonly stream: Stream;
  readonly bytes: Uint8Array;
}
/** `resync`: something was missed; look at everything again. */
export type Change = { readonly kind: "changed" | "removed"; readonly id: WorkloadId } | { readonly kind: "resync" };
export interface Sample {
  readonly at: Instant;
  readonly cpu: MilliCpu;
  readonly memory: Mebibytes;
  readonly instance: string;
}
export interface CopyIn {
  readonly id: WorkloadId;
  readonly path: string;
  readonly tar: AsyncIterable<Uint8Array>;
}
export interface Obstacle {
  readonly what: "quota" | "permission" | "host-size" | "network";
  readonly message: string;
  readonly hint: string;
}

/**
 * Presence is the declaration. Every method takes one input and the call, so that core wraps them all alike; whatever
 * answers a stream ends when the call's signal aborts.
 */
export interface Capabilities {
  readonly services?: {
    /** Same id, new spec: the one way in which a service's spec may change. */
    update(spec: ServiceSpec, call: Call): Promise<Service>;
    restart(id: WorkloadId, call: Call): Promise<Service>;
    resume(id: WorkloadId, call: Call): Promise<Service>;
  };
  readonly endpoints?: { endpoints(id: WorkloadId, call: Call): Promise<readonly Endpoint[]> };
  readonly exec?: { exec(request: ExecRequest, call: Call): Promise<ExecResult> };
  readonly attach?: { attach(request: AttachRequest, call: Call): AsyncIterable<OutputChunk> };
  /** The owner's workloads only. Ends or throws when the connection breaks: core opens again and looks at everything. */
  readonly watch?: { watch(from: { readonly position?: string }, call: Call): AsyncIterable<Change> };
  readonly stats?: { stats(id: WorkloadId, call: Call): AsyncIterable<Sample> };
  readonly copy?: {
    copyIn(files: CopyIn, call: Call): Promise<void>;
    copyOut(from: { readonly id: WorkloadId; readonly path: string }, call: Call): AsyncIterable<Uint8Array>;
  };
  /** An event the backend pushed, as it came; answers whose workloads to look at. */
  readonly ingest?: { ingest(event: unknown, call: Call): Promise<readonly Change[]> };
  readonly preflight?: { preflight(spec: WorkloadSpec, call: Call): Promise<readonly Obstacle[]> };
  readonly backendLogs?: { backendLogs(id: WorkloadId, call: Call): AsyncIterable<DriverLogItem> };
  readonly images?: {
    register(image: ImageConfig, call: Call): Promise<void>;
    list(filter: { readonly defaultsOnly?: boolean }, call: Call): AsyncIterable<ImageConfig>;
    remove(reference: string, call: Call): Promise<void>;
  };
}
