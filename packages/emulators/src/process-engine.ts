import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Engine, EngineContainer, EngineRun } from "./engine.ts";
import { EngineStartError } from "./engine-start-error.ts";
import { startProcess } from "./start-process.ts";
import { Starts } from "./starts.ts";

export interface ProcessEngineOptions {
  readonly clock: Clock;
  /** Images that nobody can pull. Any other is there, and ignored. Default: none. */
  readonly missingImages?: readonly string[];
}

/**
 * Runs containers as plain processes of this machine, each in a group of its own: without an image, a file system, a network
 * or limits of its own. Programs are looked for in this process's PATH.
 */
export class ProcessEngine implements Engine {
  readonly kind = "process";
  readonly #options: ProcessEngineOptions;
  readonly #runs = new Set<EngineRun>();
  readonly #starts = new Starts();

  constructor(options: ProcessEngineOptions) {
    this.#options = options;
  }

  async prepare(image: string): Promise<{ readonly digest: string }> {
    if (this.#options.missingImages?.includes(image))
      throw new EngineStartError("no-such-image", `pull access denied for ${image}: repository does not exist`);
    return { digest: `sha256:${createHash("sha256").update(image).digest("hex")}` };
  }

  start(container: EngineContainer): Promise<EngineRun> {
    return this.#starts.begin(() => this.#start(container));
  }

  async #start(container: EngineContainer): Promise<EngineRun> {
    await this.prepare(container.image);
    const run = await startProcess(container, this.#options.clock);
    this.#runs.add(run);
    void run.exited.then(() => this.#runs.delete(run));
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#starts.close();
    await Promise.all([...this.#runs].map((run) => run.remove()));
  }
}
