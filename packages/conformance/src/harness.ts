import type {
  Endpoint,
  Limiter,
  OpenOptions,
  Owner,
  Runtime,
  SecretResolver,
  ServiceSpec,
  Store,
  TaskSpec,
  Traits,
  WorkloadId,
  WorkloadSpec,
} from "@longshore/core";
import type { Program } from "./program.ts";

/** Where a runtime connects instead of to its backend: one of the suite's proxies, or whatever the harness makes of it. */
export interface Route {
  /** A unix socket, else a port on 127.0.0.1. */
  readonly socketPath?: string;
  readonly port?: number;
}
export interface HarnessOpening {
  readonly owner: Owner;
  readonly store?: Store;
  readonly secrets?: SecretResolver;
  readonly limiter?: Limiter;
  /** Present only with one that `faults.route` of the same harness gave out. */
  readonly through?: Route;
}
/** What is left of an opening for `openRuntime`. */
export const openOptions = ({ owner, store, secrets, limiter }: HarnessOpening): OpenOptions => ({
  owner,
  ...(store !== undefined && { store }),
  ...(secrets !== undefined && { secrets }),
  ...(limiter !== undefined && { limiter }),
});

/** Specs that cannot work, whole but for kind and id: `outOfMemoryScript`. Absent: the backend has no such thing to get wrong. */
export interface BadSpecs {
  /** An image that does not exist anywhere. */
  readonly image?: Partial<TaskSpec>;
  /** A command that does not exist in an image, or on a machine, that does. */
  readonly command?: Partial<TaskSpec>;
  /** What `plan` has to refuse before anything is asked of the backend. */
  readonly config?: Partial<TaskSpec>;
}

/** One verb, in a process of its own that is killed with SIGKILL on its way. */
export type CrashJob = (
  | { readonly verb: "start"; readonly spec: WorkloadSpec }
  | { readonly verb: "update"; readonly spec: ServiceSpec }
  | { readonly verb: "stop" | "remove" | "restart" | "resume"; readonly id: WorkloadId }
) & {
  readonly owner: Owner;
  /** A folder for `fileStore`; absent: no store. */
  readonly store?: string;
  /**
   * The step boundary to be killed at, from 0: before the first thing that leaves the process, after it, before the
   * second … Absent: it is not killed, and the answer says how many boundaries there are.
   */
  readonly boundary?: number;
};
export interface CrashOutcome {
  /** It came to the boundary and was killed there. */
  readonly reached: boolean;
  /** Boundaries that it came by, the one that it was killed at included. */
  readonly boundaries: number;
}
export interface CrashAbility {
  crash(job: CrashJob): Promise<CrashOutcome>;
}

/** What goes wrong between a runtime and its backend. Requests count from 0, from the opening of the route. */
export type FaultPlan =
  /** Nothing. The route still counts. */
  | { readonly kind: "none" }
  /** Request `at` is cut off before the backend hears of it. */
  | { readonly kind: "drop-request"; readonly at: number }
  /** Request `at` is done; its answer never arrives, and the connection breaks. */
  | { readonly kind: "lose-reply"; readonly at: number }
  /** From request `at` on, nothing is answered and nothing breaks. */
  | { readonly kind: "hang"; readonly at: number }
  /** Each answer comes so much later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The first `times` answers that are streams break off after some bytes, each a little later than the one before. */
  | { readonly kind: "cut-streams"; readonly times: number };

export interface FaultRoute extends AsyncDisposable {
  readonly through: Route;
  /** Requests that came by. */
  requests(): number;
  /** Faults that were really injected. */
  injected(): number;
  /** Connections, or reads, that the runtime holds open now. */
  connections(): number;
}
export interface FaultAbility {
  route(plan: FaultPlan): Promise<FaultRoute>;
}

/** Where a secret might show. */
export interface SecretAbility {
  /**
   * All that the backend's own tools tell of a workload to whoever may look at it: descriptions, labels, volumes, process lists
   * with arguments. Not what only the workload's own user reads.
   */
  dump(owner: Owner, id: WorkloadId): Promise<string>;
  /** Secrets of the host's resolver reach programs here. Default: true. */
  readonly resolves?: boolean;
  /** Puts a value into the backend's own store, and answers what a spec refers to it by. Absent: programs get none from there. */
  readonly put?: (value: string) => Promise<string>;
}

/** How the suite reaches the instances of a service. */
export interface ServiceAbility {
  /** A service whose instances do these steps, whole but for kind and id; it declares the ports that they serve. */
  service(steps: Program): Partial<ServiceSpec>;
  /** What the instance behind the endpoint answers; rejects when the connection is refused. Default: the body of an HTTP GET. */
  readonly request?: (endpoint: Endpoint) => Promise<string>;
  /** An update that is taken back ends in new instances of the old spec: the backend keeps none of those it had. Default: false. */
  readonly comesBackAnew?: boolean;
  /**
   * The backend tells how many instances there are, and nothing of any: they have one endpoint together, only the log knows their
   * names, and nobody knows how one has ended. Default: false.
   */
  readonly onlyCounted?: boolean;
  /** Ends an instance's program with SIGKILL, from outside. */
  kill(owner: Owner, id: WorkloadId, instance: string): Promise<void>;
}

/**
 * How the suite reaches one backend: what a plugin's author writes. Everything optional is an ability; what is absent is
 * skipped, and the skip is printed with its reason. `wireAbilities` and `filesystemAbilities` make `crash` and `faults`.
 */
export interface Harness {
  /** Printed. */
  readonly name: string;
  readonly traits: Traits;
  /** A fresh runtime, as another process would open it: what two of them share, the backend holds. */
  open(opening: HarnessOpening): Promise<Runtime>;
  /** A task that does these steps; `shellProgram` compiles them for `sh -c`. Tests add kind, id and limits. */
  program(steps: Program): Partial<TaskSpec>;
  /**
   * Whatever on the backend bears that owner — containers, volumes, folders, processes — by name, found by native means and
   * not through the driver.
   */
  natives(owner: Owner): Promise<readonly string[]>;
  /** Of one workload, the processes or containers that still run; found by native means. */
  alive(owner: Owner, id: WorkloadId): Promise<readonly string[]>;
  /**
   * How often the program of a workload was begun, seen from outside and also after its removal: only so does it show that
   * work was taken away and begun anew. Absent: a second run is told by what it prints and what it leaves.
   */
  readonly runs?: (owner: Owner, id: WorkloadId) => Promise<number>;
  /** Takes away all that bears the owner, behind the driver's back. Absent is no error. */
  wipe(owner: Owner): Promise<void>;
  readonly bad: BadSpecs;
  /** The plugin's slice of options, whole or in part, for a walk through every field. Default: none. */
  readonly options?: readonly Readonly<Record<string, unknown>>[];
  /** What the backend can tell apart, and a driver has to. */
  readonly tells: {
    /** A death by signal from an exit code of 128 + n. */
    readonly signals: boolean;
    /** stdout from stderr. */
    readonly streams: boolean;
    /** That an empty line was printed. Default: true. */
    readonly emptyLines?: boolean;
  };
  /**
   * Whose grace a stop applies, and says that it did: the call's, the spec's where the backend takes none with a stop, or what the
   * backend gives whoever asks, in milliseconds. Default: `call`.
   */
  readonly graceOfStop?: "call" | "spec" | number;
  /** Children in the background that outlive the program's main process are possible here. Default: true. */
  readonly forks?: boolean;
  /** A task that needs more memory than its limit, whole but for kind and id: `outOfMemoryScript`. Absent: the backend limits no memory. */
  readonly outOfMemory?: Partial<TaskSpec>;
  /** What goes on beside a program that has a shell; `terminal`: with a tty; `input`: typed into an attach. Default: nothing. */
  readonly sessions?: readonly ("exec" | "terminal" | "attach" | "input" | "stats")[];
  /** A folder that files can be copied into, and what a task needs for that. Absent: nothing can be copied. */
  readonly copying?: { readonly spec: Partial<TaskSpec>; readonly path: string };
  /** Absent: programs are given no secrets. */
  readonly secrets?: SecretAbility;
  /** Absent: the runtime has no services. */
  readonly services?: ServiceAbility;
  readonly crash?: CrashAbility;
  readonly faults?: FaultAbility;
  /** Connections, file handles, watches that the runtimes of this process hold open now, where `faults` cannot count them. */
  readonly openConnections?: () => number | Promise<number>;
  /** How long one thing may take before it counts as hanging. Default: 30,000. */
  readonly patienceMs?: number;
}
