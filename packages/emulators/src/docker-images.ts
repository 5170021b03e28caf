import type Docker from "dockerode";
import { EngineStartError } from "./engine-start-error.ts";

/** The images of a Docker engine. What is there is not pulled; what is not, once. */
export class DockerImages {
  readonly #docker: Docker;
  readonly #found = new Map<string, Promise<Docker.ImageInspectInfo>>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** @throws {@link EngineStartError} with `no-such-image` where it can neither be found nor pulled. */
  find(image: string): Promise<Docker.ImageInspectInfo> {
    const known = this.#found.get(image);
    if (known) return known;
    const found = this.#look(image);
    this.#found.set(image, found);
    // It may be there the next time.
    found.catch(() => this.#found.delete(image));
    return found;
  }

  async #look(image: string): Promise<Docker.ImageInspectInfo> {
    try {
      return await this.#docker.getImage(image).inspect();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
    try {
      await this.#pull(/[:@][^/]*$/.test(image) ? image : `${image}:latest`);
      return await this.#docker.getImage(image).inspect();
    } catch (error) {
      throw new EngineStartError("no-such-image", (error as Error).message, { cause: error });
    }
  }

  async #pull(image: string): Promise<void> {
    const progress = await this.#docker.pull(image);
    await new Promise<void>((resolve, reject) =>
      this.#docker.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve())),
    );
  }
}
