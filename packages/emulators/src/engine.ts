/** A folder of this machine inside a container. */
export interface EngineMount {
  readonly folder: string;
  /** Where it is inside. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** A container as an engine runs it. Units are in the names; what is left out is the image's or the engine's own. */
export interface EngineContainer {
  /** Told apart by it in listings; the engine may add to it. */
  readonly name: string;
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly memoryMiB?: number;
  /** In vCPU: 0.25 is a quarter of one. */
  readonly cpu?: number;
  readonly readOnlyRoot?: boolean;
  /** A first process that reaps others and passes signals on. */
  readonly init?: boolean;
  readonly tty?: boolean;
  /** Standard input stays open, with nothing to read. */
  readonly stdin?: boolean;
  readonly stopSignal?: string;
  /** Such as NET_RAW, or ALL; beside what the engine gives by itself. */
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly limits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  /** Ports that have to be reached at `EngineRun.address`. */
  readonly ports?: readonly number[];
  /** Shares the network, and so the address, of this run of the same engine. */
  readonly networkOf?: EngineRun;
  /** A process finds the folder's path where its command or a variable names the mount's. */
  readonly mounts?: readonly EngineMount[];
  readonly labels?: Readonly<Record<string, string>>;
}

export interface EngineExit {
  /** Absent where nobody can tell. A program that a signal ended has 128 + the signal's number. */
  readonly code?: number;
  /** The signal's name, such as SIGKILL, where the engine tells. */
  readonly signal?: string;
  readonly outOfMemory: boolean;
}

export interface EngineOutput {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
  /** When it arrived, by the engine's clock. */
  readonly at: number;
}

export interface EngineExecOptions {
  /** A terminal, where the engine has any: outputs are one then. */
  readonly tty?: boolean;
  /** Instead of the container's own, where the engine can. */
  readonly user?: string;
  readonly input?: AsyncIterable<Uint8Array>;
  /** An abort ends the program where the engine can; the container runs on. */
  readonly signal?: AbortSignal;
}

export interface EngineExec {
  readonly output: AsyncIterable<EngineOutput>;
  /** Known only after the output was read to its end. */
  readonly exited: Promise<{ readonly code?: number }>;
  /** Of its terminal, in characters. No effect without one, or when the command has ended. */
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
}

/** A container that was started. */
export interface EngineRun {
  /** The engine's own name of it. */
  readonly id: string;
  /** Never rejects. */
  readonly exited: Promise<EngineExit>;
  /** From the first byte, once; it ends after the last. A program that nobody reads has to wait. */
  readonly output: AsyncIterable<EngineOutput>;
  /** Where its ports are reached from this machine, if anywhere: an IP address. */
  readonly address?: string;
  /** Asks it to end, and kills it after `graceMs` of the engine's clock. Resolves when it has ended; nothing if it has. */
  stop(graceMs: number): Promise<void>;
  kill(): Promise<void>;
  /** @throws {@link EngineStartError} where the command cannot be started. */
  exec(command: readonly string[], options?: EngineExecOptions): Promise<EngineExec>;
  /** Kills it if it runs, and leaves nothing of it. */
  remove(): Promise<void>;
}

/** What runs containers: a Docker engine, or plain processes. Disposing it kills and removes whatever it started. */
export interface Engine extends AsyncDisposable {
  readonly kind: "docker" | "process";
  /**
   * Makes sure that the image is there, and gives its digest (`sha256:…`).
   * @throws {@link EngineStartError} with `no-such-image`.
   */
  prepare(image: string): Promise<{ readonly digest: string }>;
  /** @throws {@link EngineStartError}; then nothing is left of the container. */
  start(container: EngineContainer): Promise<EngineRun>;
}
