import type { EngineRun } from "../engine.ts";
import { EngineStartError } from "../engine-start-error.ts";
import { containerEnvironment } from "./container-environment.ts";
import { logPlaceOf, writeLog } from "./container-log.ts";
import { ContainerRun } from "./container-run.ts";
import type { LogPlace } from "./log-sink.ts";
import { stopInOrder } from "./stop-in-order.ts";
import type { TaskRecord, TaskStatus, TaskStopCode } from "./task-record.ts";
import { TaskStartError } from "./task-start-error.ts";
import type { TaskWorld } from "./task-world.ts";
import { toEngineContainer } from "./to-engine-container.ts";

export interface StopCause {
  readonly code: TaskStopCode;
  readonly reason: string;
}

interface Prepared {
  readonly environment: Readonly<Record<string, string>>;
  readonly logPlace: LogPlace | undefined;
}

const essentialExited: StopCause = { code: "EssentialContainerExited", reason: "Essential container in task exited" };

/** Takes one task through its life, and writes what becomes of it into its record. */
export class TaskRun {
  readonly task: TaskRecord;
  readonly #world: TaskWorld;
  readonly #changed: () => void;
  readonly #stopping = new AbortController();
  readonly #ending = Promise.withResolvers<void>();
  readonly #containers: readonly ContainerRun[];
  readonly #logged: Promise<void>[] = [];
  #network: EngineRun | undefined;

  constructor(task: TaskRecord, world: TaskWorld, changed: () => void) {
    this.task = task;
    this.#world = world;
    this.#changed = changed;
    this.#containers = task.containers.map((record) => new ContainerRun(record));
  }

  /** Resolves once the task is STOPPED. Rejects only when the emulator closes. */
  async run(): Promise<void> {
    await this.#start().catch((error: unknown) => this.#fail(error));
    await this.#ending.promise;
    await this.#windDown();
  }

  /** Has it stopped; nothing where it is stopping already. */
  stop({ code, reason }: StopCause): void {
    const { task } = this;
    if (task.desiredStatus === "STOPPED") return;
    task.desiredStatus = "STOPPED";
    task.stopCode = code;
    task.stoppedReason = reason;
    task.stoppingAt = this.#world.clock.now();
    this.#stopping.abort(new Error(reason));
    this.#ending.resolve();
    this.#change();
  }

  #fail(error: unknown): void {
    // What a stop has cut off is no failure.
    if (this.#stopping.signal.aborted) return;
    const { container, message } = error instanceof TaskStartError ? error : new TaskStartError(String(error));
    const blamed = this.task.containers.find(({ definition }) => definition.name === container?.name);
    if (blamed && container) blamed.reason = container.reason;
    this.stop({ code: "TaskFailedToStart", reason: message });
  }

  async #start(): Promise<void> {
    const { task } = this;
    const { clock, delays } = this.#world;
    const pause = (ms: number): Promise<void> => clock.sleep(ms, this.#stopping.signal);
    if (task.network) task.network.status = "ATTACHING";
    await pause(delays.provisioning + (task.request.trouble.slowStartMs ?? 0));
    task.connectivityAt = clock.now();
    this.#become("PENDING");
    await pause(delays.pending);
    const prepared = await this.#prepare();
    this.#become("ACTIVATING");
    await pause(delays.activating);
    await this.#startNetwork();
    await Promise.all(this.#containers.map((container, index) => this.#startContainer(container, prepared[index] as Prepared)));
    if (this.#stopping.signal.aborted) return;
    task.startedAt = clock.now();
    this.#become("RUNNING");
    const { spotInterruptionMs } = task.request.trouble;
    if (spotInterruptionMs !== undefined) void this.#interrupt(spotInterruptionMs);
  }

  /** Whatever has to be there before a container can start. */
  async #prepare(): Promise<readonly Prepared[]> {
    const { task } = this;
    const { clock, engine, logs, secrets } = this.#world;
    const prepared = task.containers.map((container) => ({
      environment: containerEnvironment(container, task, secrets),
      logPlace: logPlaceOf(container, task, logs),
    }));
    task.pullStartedAt = clock.now();
    this.#change();
    for (const container of task.containers) {
      const { name = "", image = "" } = container.definition;
      const refused = task.request.trouble.pullFailure;
      try {
        if (refused !== undefined) throw new EngineStartError("no-such-image", refused);
        container.imageDigest = (await engine.prepare(image)).digest;
      } catch (error) {
        const reason = `CannotPullContainerError: pull image manifest has been retried 1 time(s): ${(error as Error).message}`;
        throw new TaskStartError(reason, { name, reason });
      }
    }
    task.pullStoppedAt = clock.now();
    return prepared;
  }

  /** A Docker engine gives a network to one container, which others can share: one that outlives them all. */
  async #startNetwork(): Promise<void> {
    const { engine, networkImage: image } = this.#world;
    if (engine.kind !== "docker" || this.#containers.length < 2) return;
    const ports = this.task.containers.flatMap(({ definition }) =>
      (definition.portMappings ?? []).flatMap(({ containerPort }) => containerPort ?? []),
    );
    const labels = { "longshore.emulator.task": this.task.arn };
    const name = `${this.task.id.slice(0, 12)}-network`;
    this.#network = await engine.start({
      name,
      image,
      command: ["sleep", "2147483647"],
      environment: {},
      init: true,
      ports,
      labels,
    });
    void this.#logged.push(writeLog(this.#network.output, undefined, this.#world.logs));
  }

  async #startContainer(container: ContainerRun, { environment, logPlace }: Prepared): Promise<void> {
    const { clock, engine, logs } = this.#world;
    const { definition } = container.record;
    try {
      await Promise.all((definition.dependsOn ?? []).map((dependency) => this.#wait(dependency)));
      const context = { environment, ...(this.#network && { networkOf: this.#network }) };
      const run = await engine.start(toEngineContainer(container.record, this.task, context));
      this.#attach(run);
      this.#logged.push(writeLog(run.output, logPlace, logs));
      container.begin(run, clock, () => this.#change());
      if (definition.essential) void container.exited.then(() => this.stop(essentialExited));
      this.#change();
    } catch (error) {
      const started = error instanceof EngineStartError;
      const reason = `CannotStartContainerError: ${(error as Error).message}`;
      this.#fail(started ? new TaskStartError("Task failed to start", { name: definition.name ?? "", reason }) : error);
    }
  }

  async #wait({
    containerName,
    condition,
  }: {
    containerName: string;
    condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
  }): Promise<void> {
    const { signal } = this.#stopping;
    const dependency = this.#containers.find(({ record }) => record.definition.name === containerName);
    const { startTimeout } = dependency?.record.definition ?? {};
    const over = new AbortController();
    const within = AbortSignal.any([signal, over.signal]);
    const stopped = new Promise<never>((_, reject) => {
      within.addEventListener("abort", () => reject(within.reason as Error), { once: true });
      if (within.aborted) reject(within.reason as Error);
    });
    const late =
      startTimeout === undefined
        ? stopped
        : this.#world.clock.sleep(startTimeout * 1000, within).then(() => {
            const reason = `Dependency ${condition} of container ${containerName} was not met within ${startTimeout} seconds`;
            throw new TaskStartError("Task failed to start", { name: containerName, reason });
          });
    // Whichever loses the race says so to nobody.
    for (const loser of [stopped, late]) loser.catch(() => {});
    await Promise.race([dependency?.reached(condition), stopped, late]).finally(() => over.abort(new Error("waited for")));
  }

  #attach(run: EngineRun): void {
    const { network } = this.task;
    if (!network || network.address !== undefined) return;
    network.status = "ATTACHED";
    if (run.address === undefined) return;
    network.address = run.address;
    this.#world.interfaces.add(this.task.cluster.place, {
      id: network.id,
      subnetId: network.subnet,
      securityGroups: network.securityGroups,
      privateAddress: run.address,
      // It is reached from here by the same one.
      ...(network.isPublic && { publicAddress: run.address }),
      macAddress: network.macAddress,
      description: this.task.arn,
    });
  }

  async #interrupt(ms: number): Promise<void> {
    try {
      await this.#world.clock.sleep(ms, this.#stopping.signal);
      this.stop({ code: "SpotInterruption", reason: "Your Spot Task was interrupted." });
    } catch {
      // It has ended by itself.
    }
  }

  async #windDown(): Promise<void> {
    const { task } = this;
    const { clock, delays } = this.#world;
    this.#become("DEACTIVATING");
    await clock.sleep(delays.deactivating);
    this.#become("STOPPING");
    await stopInOrder(task.containers);
    await Promise.all(task.containers.map(async ({ run }) => run?.remove()));
    await this.#network?.remove();
    await Promise.all(this.#logged);
    for (const container of task.containers) container.lastStatus = "STOPPED";
    task.executionStoppedAt = clock.now();
    this.#become("DEPROVISIONING");
    await clock.sleep(delays.deprovisioning);
    if (task.network) {
      task.network.status = "DELETED";
      this.#world.interfaces.remove(task.cluster.place, task.network.id);
    }
    task.stoppedAt = clock.now();
    this.#become("STOPPED");
  }

  #become(status: TaskStatus): void {
    this.task.lastStatus = status;
    this.#change();
  }

  #change(): void {
    this.task.version++;
    this.#changed();
  }
}
