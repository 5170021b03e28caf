import type { Call } from "./call.ts";
import type { WorkloadId } from "./ids.ts";
import type { ImageConfig } from "./image-config.ts";
import type { Instant } from "./instant.ts";
import type { DriverLogItem, Stream } from "./log-record.ts";
import type { Order, Plan } from "./plan.ts";
import type { Dictionary, Port, WorkloadSpec } from "./spec.ts";
import type { Mebibytes, MilliCpu } from "./units.ts";
import type { Exit, Service } from "./workload.ts";

/** Where to reach one port of one instance. Ask again when a connection fails: instances come and go. */
export interface Endpoint {
  readonly instance: string;
  /** As the spec names it. */
  readonly port: number;
  /** Reachable from this machine, as far as the backend can tell. */
  readonly host: string;
  readonly hostPort: number;
  readonly protocol: NonNullable<Port["protocol"]>;
}
/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}
/** What is typed, and how large the terminal is from now on. The end of the input is the end of the program's stdin. */
export type Keystrokes = Uint8Array | TerminalSize;
export interface ExecRequest {
  readonly id: WorkloadId;
  /** Not a shell string: the first word is the program. */
  readonly command: readonly string[];
  /** Default: the first that runs. */
  readonly instance?: string;
  /** Added to the workload's own. */
  readonly env?: Dictionary<string>;
  /** Default: the workload's. */
  readonly workingDirectory?: string;
  /** Default: the workload's. */
  readonly user?: string;
  /** A terminal of this size: stdout and stderr are one. Default: none, and they come apart. */
  readonly tty?: TerminalSize;
  /** Default: nothing; the program reads the end at once. */
  readonly input?: AsyncIterable<Keystrokes>;
}
export interface AttachRequest {
  readonly id: WorkloadId;
  /** Default: the first that runs. */
  readonly instance?: string;
  /** Default: none; what the program reads stays open for others. */
  readonly input?: AsyncIterable<Keystrokes>;
}
export interface OutputChunk {
  readonly kind: "output";
  readonly stream: Stream;
  readonly bytes: Uint8Array;
}
/** The last of a command's events. */
export interface ExecEnd {
  readonly kind: "exit";
  readonly exit: Exit;
}
/** `resync`: something was missed; look at everything again. */
export type Change = { readonly kind: "changed" | "removed"; readonly id: WorkloadId } | { readonly kind: "resync" };
export interface Sample {
  readonly at: Instant;
  readonly instance: string;
  /** Used on average since the sample before. */
  readonly cpu: MilliCpu;
  /** In use now; caches that the backend can tell apart are left out. */
  readonly memory: Mebibytes;
}
export interface CopyIn {
  readonly id: WorkloadId;
  /** Default: every instance that there is. */
  readonly instance?: string;
  /** An existing folder, absolute or from the working directory. What is there already is overwritten. */
  readonly path: string;
  /** POSIX pax or ustar. */
  readonly tar: AsyncIterable<Uint8Array>;
}
export interface CopyOut {
  readonly id: WorkloadId;
  /** Default: the first that there is. */
  readonly instance?: string;
  /** A file or a folder; it is the archive's one top entry, under its own name. */
  readonly path: string;
}
export interface Obstacle {
  readonly what: "quota" | "permission" | "host-size" | "network";
  readonly message: string;
  readonly hint: string;
}

/** A spec that core has read, and what the driver's `plan` made of it; it has no problems. */
export interface Revision {
  readonly order: Order;
  readonly plan: Plan;
}

/**
 * Presence is the declaration. Every method takes one input and the call, so that core wraps them all alike; whatever
 * answers a stream ends when the call's signal aborts.
 */
export interface Capabilities {
  /**
   * Without it `plan` refuses services. Applications reach it through the runtime's `update`, `restart` and `resume`. Each is
   * idempotent and finishes what an earlier call, of any process, left half done. An unknown id is thrown as `not-found`.
   */
  readonly services?: {
    /**
     * Same id, new spec: the one way in which a service's spec may change. Settles once every instance is of this spec and
     * ready. When that does not come about in `readiness.timeoutMs`, what was ready before stays, what is new goes, and a
     * fault says why.
     */
    update(revision: Revision, call: Call): Promise<Service>;
    /** Every instance anew, one after the other where the spec's update is rolling. Of a stopped service, as `resume`. */
    restart(id: WorkloadId, call: Call): Promise<Service>;
    /** Takes a stop back: the same service, with its spec, its id and its logs. No effect on one that is not stopped. */
    resume(id: WorkloadId, call: Call): Promise<Service>;
  };
  /** Of what is ready, and not about to be taken away. */
  readonly endpoints?: { endpoints(id: WorkloadId, call: Call): Promise<readonly Endpoint[]> };
  /** Beside the program, in the same surroundings. An abort leaves the command to itself where the backend cannot end it. */
  readonly exec?: { exec(request: ExecRequest, call: Call): AsyncIterable<OutputChunk | ExecEnd> };
  /** The program's own terminal or pipes, from now on. Ends with the program; leaving the loop detaches. */
  readonly attach?: { attach(request: AttachRequest, call: Call): AsyncIterable<OutputChunk> };
  /** The owner's workloads only. Ends or throws when the connection breaks: core opens again and looks at everything. */
  readonly watch?: { watch(from: { readonly position?: string }, call: Call): AsyncIterable<Change> };
  /** About once a second, of each instance that runs; ends when none does any more. */
  readonly stats?: { stats(id: WorkloadId, call: Call): AsyncIterable<Sample> };
  readonly copy?: {
    copyIn(files: CopyIn, call: Call): Promise<void>;
    copyOut(from: CopyOut, call: Call): AsyncIterable<Uint8Array>;
  };
  /** An event the backend pushed, as it came; answers whose workloads to look at. */
  readonly ingest?: { ingest(event: unknown, call: Call): Promise<readonly Change[]> };
  /** Rights, quota and room, asked of the backend before anything is started. Without a spec: what stands in the way of any. */
  readonly preflight?: { preflight(spec: WorkloadSpec | undefined, call: Call): Promise<readonly Obstacle[]> };
  readonly backendLogs?: { backendLogs(id: WorkloadId, call: Call): AsyncIterable<readonly DriverLogItem[]> };
  readonly images?: {
    register(image: ImageConfig, call: Call): Promise<void>;
    list(filter: { readonly defaultsOnly?: boolean }, call: Call): AsyncIterable<ImageConfig>;
    remove(reference: string, call: Call): Promise<void>;
  };
}
