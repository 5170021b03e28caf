import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import type { Clock } from "./clock.ts";
import type { Engine, EngineContainer, EngineRun } from "./engine.ts";
import { DockerImages } from "./docker-images.ts";
import { startContainer } from "./start-container.ts";
import { Starts } from "./starts.ts";

export interface DockerEngineOptions {
  readonly clock: Clock;
  /** The value of the label `longshore.emulator` on all that it makes. Default: a random one. */
  readonly id?: string;
}

/** The label of every container that an emulator made; its value is the emulator's id. */
const emulatorLabel = "longshore.emulator";

/** Runs containers on the Docker engine that `DOCKER_HOST` names, or the one of this machine. */
export class DockerEngine implements Engine {
  readonly kind = "docker";
  readonly id: string;
  readonly #clock: Clock;
  readonly #docker = new Docker();
  readonly #images = new DockerImages(this.#docker);
  readonly #starts = new Starts();
  #processors: Promise<number> | undefined;

  constructor({ clock, id = randomBytes(6).toString("hex") }: DockerEngineOptions) {
    this.#clock = clock;
    this.id = id;
  }

  /** Whether an engine answers. */
  static async answers(): Promise<boolean> {
    return new Docker({ timeout: 5000 }).ping().then(
      () => true,
      () => false,
    );
  }

  async prepare(image: string): Promise<{ readonly digest: string }> {
    const { Id: digest } = await this.#images.find(image);
    return { digest };
  }

  start(container: EngineContainer): Promise<EngineRun> {
    return this.#starts.begin(() => this.#start(container));
  }

  async #start(container: EngineContainer): Promise<EngineRun> {
    const image = await this.#images.find(container.image);
    this.#processors ??= this.#docker.info().then(({ NCPU }: { NCPU: number }) => NCPU);
    const cpu = container.cpu && Math.min(container.cpu, await this.#processors);
    const labels = { ...container.labels, [emulatorLabel]: this.id };
    const stopSignal = container.stopSignal ?? (image.Config as { StopSignal?: string }).StopSignal ?? "SIGTERM";
    return startContainer(
      { ...container, name: `longshore-${this.id}-${container.name}`, labels, stopSignal, ...(cpu && { cpu }) },
      { docker: this.#docker, clock: this.#clock },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#starts.close();
    const filters = { label: [`${emulatorLabel}=${this.id}`] };
    const left = await this.#docker.listContainers({ all: true, filters });
    await Promise.all(left.map(({ Id }) => removeQuietly(this.#docker.getContainer(Id))));
  }
}

const removeQuietly = (container: Docker.Container): Promise<unknown> =>
  container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
    // Gone, or already being removed by somebody.
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
