/** Nothing given: the engine is found as Docker's own client finds it. */
export interface DockerConfig {
  /** `unix:///run/docker.sock`, `tcp://10.0.0.5:2376`. Default: DOCKER_HOST. */
  readonly host?: string;
  /** A context of Docker's own client. Default: DOCKER_CONTEXT, then `currentContext` of its config file. */
  readonly context?: string;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem` for a `tcp://` host. Default: DOCKER_CERT_PATH with DOCKER_TLS_VERIFY. */
  readonly certificates?: string;
  /**
   * How long whoever creates a container has to start it, before another caller may take that over. Milliseconds.
   * Default: 10,000.
   */
  readonly startLeaseMs?: number;
}

/** A limit of setrlimit(2), by its name there without `RLIMIT_`, in small letters: `nofile`. */
export interface Ulimit {
  readonly soft: number;
  /** Default: as `soft`. */
  readonly hard?: number;
}
/** The slice `options.docker` of a spec. */
export interface DockerOptions {
  /** A network's name, or `host`, `none`, `bridge`. Default: the engine's own default. */
  readonly network?: string;
  /** Several networks instead, by name; the container is connected to all before it starts. */
  readonly networks?: readonly string[];
  /** Names under which others find it, on every network that is named here; not on `host`, `none` and `bridge`. */
  readonly networkAliases?: readonly string[];
  /** `name:address`, as lines of /etc/hosts. */
  readonly extraHosts?: readonly string[];
  /** Addresses of name servers. Default: the engine's. */
  readonly dns?: readonly string[];
  /** The engine's address that ports are published on. Default: 127.0.0.1 on an engine of this machine, else 0.0.0.0. */
  readonly publishOn?: string;
  /** Size of /dev/shm. Default: the engine's, 64 MiB. */
  readonly shmSize?: `${number}Mi` | `${number}Gi`;
  /** By limit. Default: the engine's. */
  readonly ulimits?: Readonly<Record<string, Ulimit>>;
  /** File systems in memory, by absolute path: options of mount(8), `size=16m,mode=1777`, or an empty text. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** `/dev/NAME`, `/dev/NAME:/dev/INSIDE`, with `:r`, `:w`, `:m` or several of them at the end. Default: none. */
  readonly devices?: readonly string[];
  /**
   * A service's probe instead of the one made from `readiness`, for images without a shell: a program and its arguments, run
   * inside the container. Ready is code 0.
   */
  readonly healthcheck?: { readonly command: readonly string[] };
}

export interface ReadDockerConfig extends DockerConfig {
  readonly startLeaseMs: number;
}
