import type { Instance } from "./instance.ts";
import type { RunWorld } from "./run-world.ts";

/** Keeps as many instances of a revision running as are wanted, and starts another for each that ends by itself. */
export class InstanceGroup {
  readonly #world: RunWorld;
  readonly #launch: () => Promise<Instance>;
  readonly #instances = new Set<Instance>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #wanted = 0;
  #starting = 0;
  #lastUsedAt = 0;
  #next = 0;
  /** Absent where none ends for want of requests. */
  #kept: number | undefined;
  #watches = false;

  /** @param launch Starts an instance, and waits until it is ready. */
  constructor(world: RunWorld, launch: () => Promise<Instance>) {
    this.#world = world;
    this.#launch = launch;
  }

  get running(): number {
    return this.#instances.size;
  }

  /** Starts the first instance and waits until it is ready. @throws where it cannot be. */
  async begin(): Promise<void> {
    this.#wanted = 1;
    await this.#start();
  }

  /** From now on so many; those that are missing are started, and those that are too many end. */
  want(count: number): void {
    this.#kept = undefined;
    this.#aim(count);
  }

  /** An instance for a request; one is started where there is none. @throws where none can be. */
  async take(): Promise<Instance> {
    this.#lastUsedAt = this.#world.clock.now();
    if (this.#instances.size === 0) {
      this.#wanted = Math.max(1, this.#wanted);
      await this.#start();
      this.#watchIdle();
    }
    const all = [...this.#instances];
    return all[this.#next++ % all.length]!;
  }

  /** From now on only so many are kept; others end once no request has come for long enough. */
  keep(count: number): void {
    this.#kept = count;
    this.#lastUsedAt = this.#world.clock.now();
    this.#watchIdle();
  }

  /** Ends all of it for good. */
  async close(): Promise<void> {
    this.#over.abort(new Error("the revision is retired"));
    this.#wanted = 0;
    for (const instance of [...this.#instances]) this.#end(instance);
    await Promise.allSettled(this.#underWay);
  }

  #aim(count: number): void {
    this.#wanted = this.#over.signal.aborted ? 0 : count;
    for (const instance of [...this.#instances].slice(this.#wanted)) this.#end(instance);
    for (let missing = this.#wanted - this.#instances.size - this.#starting; missing > 0; missing--) this.#startMissing();
  }

  #watchIdle(): void {
    if (this.#watches || this.#kept === undefined || this.#instances.size <= this.#kept) return;
    const { clock, delays } = this.#world;
    const watch = async (): Promise<void> => {
      for (let waitMs = delays.idle; waitMs > 0; waitMs = this.#lastUsedAt + delays.idle - clock.now())
        await clock.sleep(waitMs, this.#over.signal);
      if (this.#kept !== undefined) this.#aim(this.#kept);
    };
    this.#watches = true;
    this.#track(watch().finally(() => (this.#watches = false)));
  }

  #startMissing(): void {
    const { clock, delays } = this.#world;
    const work = async (): Promise<void> => {
      await this.#start().catch(() => {});
      if (this.#instances.size >= this.#wanted) return;
      await clock.sleep(delays.restart, this.#over.signal);
      this.#aim(this.#wanted);
    };
    this.#track(work());
  }

  async #start(): Promise<void> {
    this.#starting++;
    try {
      const instance = await this.#launch();
      this.#instances.add(instance);
      if (this.#instances.size > this.#wanted) return this.#end(instance);
      this.#track(this.#replace(instance));
    } finally {
      this.#starting--;
    }
  }

  async #replace(instance: Instance): Promise<void> {
    const { clock, delays } = this.#world;
    await instance.run.exited;
    if (!this.#instances.delete(instance)) return;
    await instance.stop();
    await clock.sleep(delays.restart, this.#over.signal);
    this.#aim(this.#wanted);
  }

  #end(instance: Instance): void {
    this.#instances.delete(instance);
    this.#track(instance.stop());
  }

  /** What ends because the group, or the emulator, does is no failure. */
  #track(work: Promise<void>): void {
    const quiet: Promise<void> = work.catch(() => {}).finally(() => this.#underWay.delete(quiet));
    this.#underWay.add(quiet);
  }
}
