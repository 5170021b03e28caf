import { ArmError } from "../azure/arm-error.ts";
import type { EngineRun } from "../engine.ts";
import type { AciWorld } from "./aci-world.ts";
import type { ContainerContext } from "./container-context.ts";
import type { ContainerRecord } from "./container-record.ts";
import type { DeploymentFolders } from "./group-folders.ts";
import type { Deployment, GroupRecord } from "./group-record.ts";
import { runContainer } from "./run-container.ts";
import { toEngineContainer } from "./to-engine-container.ts";

/** One deployment of a group, from its request to the end of its containers: writes how it goes into the group's record. */
export class GroupRun implements Deployment {
  readonly #group: GroupRecord;
  readonly #world: AciWorld;
  readonly #stopping = new AbortController();
  readonly #provisioned = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  readonly #number: number;
  #isSettled = false;
  #network: EngineRun | undefined;
  #starts = 0;

  /** @param inPlace There is a place for it already, as after a restart. */
  constructor(group: GroupRecord, world: AciWorld, { inPlace, number }: { inPlace: boolean; number: number }) {
    this.#group = group;
    this.#world = world;
    this.#number = number;
    // Whoever asked may be gone.
    this.#provisioned.promise.catch(() => {});
    group.provisioningState = "Pending";
    delete group.address;
    this.#ended = this.#run(inPlace);
  }

  get provisioned(): Promise<void> {
    return this.#provisioned.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the deployment ends"));
    await this.#ended;
  }

  async #run(inPlace: boolean): Promise<void> {
    const { folders } = this.#world;
    let opened: DeploymentFolders | undefined;
    try {
      void this.#giveUpInTime();
      await this.#getPlace(inPlace);
      opened = await folders.open(this.#group.request.properties);
      await this.#startNetwork();
      await this.#runContainers(this.#contextOf(opened));
    } catch (error) {
      this.#fail(this.#stopping.signal.aborted ? cancelled() : error);
    } finally {
      this.#stopping.abort(new Error("the deployment has ended"));
      await this.#network?.remove();
      await opened?.[Symbol.asyncDispose]();
    }
  }

  async #getPlace(inPlace: boolean): Promise<void> {
    const { clock, delays } = this.#world;
    const { trouble } = this.#group;
    const pause = (ms: number): Promise<void> => clock.sleep(ms, this.#stopping.signal);
    await pause((inPlace ? 0 : delays.pending) + (trouble.slowCreateMs ?? 0));
    if (trouble.provisioning) await this.#meet(trouble.provisioning, pause);
    if (!this.#isSettled) this.#group.provisioningState = "Creating";
    await pause(inPlace ? 0 : delays.creating);
  }

  async #meet(
    { afterMs, code, message, retriesAfterMs = Infinity }: NonNullable<GroupRecord["trouble"]["provisioning"]>,
    pause: (ms: number) => Promise<void>,
  ): Promise<void> {
    await pause(afterMs);
    this.#group.events.add(code, message, "Warning");
    this.#fail(new ArmError(409, code, message));
    await pause(retriesAfterMs);
  }

  /** A Docker engine gives a network to one container, which others can share: one that outlives them all. */
  async #startNetwork(): Promise<void> {
    const { engine, networkImage: image } = this.#world;
    const { request, id, place, containers, initContainers } = this.#group;
    const { ipAddress } = request.properties;
    if (engine.kind === "process") {
      if (ipAddress) this.#group.address = "127.0.0.1";
      return;
    }
    if (containers.length + initContainers.length < 2 && !ipAddress) return;
    const name = `${place.name.slice(0, 24)}-${this.#number}-network`;
    const labels = { "longshore.emulator.group": id };
    const ports = (ipAddress?.ports ?? []).map(({ port }) => port);
    const command = ["sleep", "2147483647"];
    const network = await engine.start({ name, image, command, environment: {}, init: true, ports, labels });
    this.#network = network;
    void drain(network.output);
    if (ipAddress && network.address !== undefined) this.#group.address = network.address;
  }

  #contextOf(folders: DeploymentFolders): ContainerContext {
    const { place, request } = this.#group;
    const nameOf = ({ definition }: ContainerRecord): string =>
      `${place.name.slice(0, 24)}-${this.#number}-${definition.name.slice(0, 24)}-${++this.#starts}`;
    return {
      world: this.#world,
      trouble: this.#group.trouble,
      signal: this.#stopping.signal,
      toEngineContainer: (container) =>
        toEngineContainer(container, request.properties, {
          groupId: this.#group.id,
          name: nameOf(container),
          mounts: folders.mountsOf(container.definition.properties.volumeMounts),
          ...(this.#network && { network: this.#network }),
        }),
      started: () => {
        if (this.#group.containers.every(({ hasStarted, isOver }) => hasStarted || isOver)) this.#succeed();
      },
    };
  }

  async #runContainers(context: ContainerContext): Promise<void> {
    const { containers, initContainers } = this.#group;
    for (const container of initContainers) {
      await runContainer(container, context);
      if (container.current.exitCode === 0) continue;
      const { name } = container.definition;
      return this.#fail(new ArmError(409, "InitContainerFailed", `The init container '${name}' has failed.`));
    }
    const runs = await Promise.allSettled(containers.map((container) => runContainer(container, context)));
    for (const run of runs) if (run.status === "rejected") throw run.reason;
    // None of them could be started.
    this.#succeed();
  }

  async #giveUpInTime(): Promise<void> {
    const { clock, delays } = this.#world;
    await clock.sleep(delays.provisioning, this.#stopping.signal).then(
      () => this.#fail(new ArmError(409, "DeploymentTimeout", "The container group was not provisioned in time.")),
      () => {},
    );
  }

  #succeed(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#group.provisioningState = "Succeeded";
    this.#provisioned.resolve();
  }

  /** Says so; whatever is tried is tried on. */
  #fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#group.provisioningState = "Failed";
    this.#provisioned.reject(error);
  }
}

const cancelled = (): ArmError =>
  new ArmError(409, "OperationCanceled", "The container group was stopped or deleted before it was provisioned.");

async function drain(output: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of output) continue;
}
