import type { Clock } from "../clock.ts";
import type { EngineExit, EngineRun } from "../engine.ts";
import type { ContainerDependency } from "./ecs-shapes.ts";
import type { ContainerRecord, Health } from "./task-record.ts";
import { TaskStartError } from "./task-start-error.ts";
import { watchHealth } from "./watch-health.ts";

/** What `pull` of an out-of-memory kill reads like in a container's description. */
const outOfMemoryReason = "OutOfMemoryError: Container killed due to memory usage";

/** A container of a task from its start to its end, and what others that depend on it wait for. */
export class ContainerRun {
  readonly record: ContainerRecord;
  readonly #started = Promise.withResolvers<void>();
  readonly #healthy = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<EngineExit>();
  readonly #over = new AbortController();

  constructor(record: ContainerRecord) {
    this.record = record;
  }

  /** Once it has ended; never, for one that never began. */
  get exited(): Promise<EngineExit> {
    return this.#exited.promise;
  }

  /** It runs: from now on its record says how it is. */
  begin(run: EngineRun, clock: Clock, changed: () => void): void {
    const { record } = this;
    record.run = run;
    record.lastStatus = "RUNNING";
    record.startedAt = clock.now();
    this.#started.resolve();
    void run.exited.then((exit) => {
      this.#over.abort();
      record.lastStatus = "STOPPED";
      if (exit.code !== undefined) record.exitCode = exit.code;
      if (exit.outOfMemory) record.reason = outOfMemoryReason;
      this.#exited.resolve(exit);
      changed();
    });
    const report = (health: Health): void => {
      record.health = health;
      if (health === "HEALTHY") this.#healthy.resolve();
      changed();
    };
    const { healthCheck } = record.definition;
    if (healthCheck) void watchHealth(run, healthCheck, { clock, signal: this.#over.signal, report });
  }

  /** Resolves once the condition holds. @throws {@link TaskStartError} once it cannot hold any more. */
  async reached(condition: ContainerDependency["condition"]): Promise<void> {
    const { name = "" } = this.record.definition;
    const impossible = (why: string): TaskStartError =>
      new TaskStartError("Task failed to start", {
        name,
        reason: `Dependency ${condition} of container ${name} cannot be met: ${why}`,
      });
    switch (condition) {
      case "START":
        return this.#started.promise;
      case "COMPLETE":
        return void (await this.exited);
      case "SUCCESS": {
        const { code } = await this.exited;
        if (code !== 0) throw impossible(`it exited with ${code ?? "an unknown code"}`);
        return;
      }
      case "HEALTHY": {
        const ended = this.exited.then(() => {
          throw impossible("it has ended");
        });
        return Promise.race([this.#healthy.promise, ended]);
      }
    }
  }
}
