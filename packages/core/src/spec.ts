import type { WorkloadId } from "./ids.ts";
import type { CpuAsked, Mebibytes, MemoryAsked, MilliCpu } from "./units.ts";

export type Dictionary<T> = Readonly<Record<string, T>>;

/** A value never stands in a spec: it is named in the backend's own store, or for the host's resolver. */
export type SecretSource = { readonly backend: string } | { readonly resolve: string };
/**
 * `file`: the workload finds the value in a file that it alone can read; the variable `NAME_FILE` holds the file's path.
 * `env`: as variable `NAME`, refused where the backend would show it to whoever inspects the workload.
 */
export type SecretUse = SecretSource & { readonly as: "env" | "file" };

export interface Resources<Cpu = MilliCpu, Memory = Mebibytes> {
  readonly cpu?: Cpu;
  readonly memory?: Memory;
  readonly ephemeralStorage?: Memory;
  /** Whole devices. */
  readonly gpu?: number;
}
export interface Port {
  readonly port: number;
  /** Default: `tcp`. */
  readonly protocol?: "tcp" | "udp";
  /** Absent: the backend chooses. */
  readonly publish?: number;
}
export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly readOnly?: boolean;
}
/** Absent: the driver's hardened default. A spec loosens each explicitly. */
export interface Hardening {
  readonly readOnlyRoot?: boolean;
  readonly noNewPrivileges?: boolean;
  /** Linux capabilities to take away, `ALL` for every one. Default: `["ALL"]`. */
  readonly drop?: readonly string[];
  /** Linux capabilities to give back after `drop`. Default: none. */
  readonly add?: readonly string[];
}
interface CommonSpec {
  readonly id: WorkloadId;
  /** Tag or digest; absent on process runtimes. */
  readonly image?: string;
  /** As Docker means them: `command` are the arguments of `entrypoint`. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Dictionary<string>;
  /** By variable or file name. */
  readonly secrets?: Dictionary<SecretUse>;
  readonly resources?: Resources<CpuAsked, MemoryAsked>;
  readonly platform?: `${string}/${string}`;
  readonly identity?: { readonly taskRole?: string; readonly executionRole?: string };
  /** Resolves to `user:password`, or to `{"username":…,"password":…}`. */
  readonly registryCredentials?: SecretSource;
  /** Default: `if-absent`. */
  readonly pullPolicy?: "always" | "if-absent" | "never";
  readonly workingDirectory?: string;
  /** Name or number, with `:group` where wanted. */
  readonly user?: string;
  /** An init process as PID 1, which reaps zombies. */
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly stdin?: boolean;
  readonly hardening?: Hardening;
  readonly ports?: readonly Port[];
  readonly mounts?: readonly Mount[];
  /** Between the polite signal and the killing one. Default: `defaultStopGraceMs`. */
  readonly stopGraceMs?: number;
  /** Free for callers; `longshore.` begins names of ours. */
  readonly labels?: Dictionary<string>;
  /** By plugin name. Each driver validates its slice; a name nobody knows is refused. */
  readonly options?: Dictionary<object>;
}
export interface TaskSpec extends CommonSpec {
  readonly kind: "task";
  /** From the start of the program. Absent: none. */
  readonly timeoutMs?: number;
  /** From the call of `start` to the start of the program. Absent: none. */
  readonly pendingTimeoutMs?: number;
  /** May run on capacity that the backend takes back. Default: false. */
  readonly interruptible?: boolean;
}
/** When an instance counts as ready. */
export interface Readiness {
  readonly port: number;
  /** Ready while a GET of it is answered with 200 to 399. Absent: while the port takes connections. */
  readonly path?: string;
  /** Between two probes. Default: `defaultReadinessPeriodMs`. */
  readonly periodMs?: number;
  /** An update gives an instance so long. Default: `defaultReadinessTimeoutMs`. */
  readonly timeoutMs?: number;
}
export interface ServiceSpec extends CommonSpec {
  readonly kind: "service";
  /** How many instances are kept running. Default: 1. */
  readonly replicas?: number;
  /** Which endings have an instance started again, after a pause that grows. Default: `always`. */
  readonly restart?: "always" | "on-failure";
  /** Absent: an instance is ready while it runs. */
  readonly readiness?: Readiness;
  /** `rolling`: the new instance is ready before the old one goes. Default: `rolling`. */
  readonly update?: "rolling" | "recreate";
  /** Between an instance leaving the endpoints and its polite signal, on updates, restarts and stops. Default: `defaultDrainMs`. */
  readonly drainMs?: number;
}
export type WorkloadSpec = TaskSpec | ServiceSpec;

/** What `docker stop` gives by default (docs.docker.com/reference/cli/docker/container/stop). */
export const defaultStopGraceMs = 10_000;
/** As Kubernetes probes: `periodSeconds` is 10 there; an update waits for a probe, so this is shorter. */
export const defaultReadinessPeriodMs = 1_000;
/** Kubernetes' `progressDeadlineSeconds`. */
export const defaultReadinessTimeoutMs = 600_000;
/** Longer than clients keep an address that they have just asked for. */
export const defaultDrainMs = 2_000;
