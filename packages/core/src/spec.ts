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
  /** Between the polite signal and the killing one. Default: 10,000. */
  readonly stopGraceMs?: number;
  /** May run on capacity that the backend takes back. Default: false. */
  readonly interruptible?: boolean;
}
export interface ServiceSpec extends CommonSpec {
  readonly kind: "service";
  readonly replicas?: number;
  readonly restart?: "always" | "on-failure";
  readonly readiness?: { readonly port: number; readonly path?: string; readonly periodMs?: number };
  readonly update?: "rolling" | "recreate";
}
export type WorkloadSpec = TaskSpec | ServiceSpec;

/** What `docker stop` gives by default (docs.docker.com/reference/cli/docker/container/stop). */
export const defaultStopGraceMs = 10_000;
