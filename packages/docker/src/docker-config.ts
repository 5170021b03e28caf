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

/** The slice `options.docker` of a spec. */
export interface DockerOptions {
  /** A network's name, or `host`, `none`, `bridge`. Default: the engine's own default. */
  readonly network?: string;
  /** `name:address`, as lines of /etc/hosts. */
  readonly extraHosts?: readonly string[];
  /** Size of /dev/shm. Default: the engine's, 64 MiB. */
  readonly shmSize?: `${number}Mi` | `${number}Gi`;
}

export interface ReadDockerConfig extends DockerConfig {
  readonly startLeaseMs: number;
}
