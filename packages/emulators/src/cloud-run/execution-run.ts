import { GoogleError } from "../google/google-error.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import { outcomeOf } from "./describe-execution.ts";
import type { ExecutionRecord, TaskRecord } from "./job-record.ts";
import { runAttempt } from "./run-attempt.ts";
import type { RunWorld } from "./run-world.ts";

/** Takes one execution through its life, and writes what becomes of it into its record. */
export class ExecutionRun {
  readonly execution: ExecutionRecord;
  /** Once it has its resources, or has ended without. Never rejects. */
  readonly started: Promise<void>;
  /** Once it has ended. Never rejects. */
  readonly ended: Promise<void>;
  readonly #world: RunWorld;
  readonly #cancelling = new AbortController();
  readonly #begun = Promise.withResolvers<void>();

  constructor(execution: ExecutionRecord, world: RunWorld) {
    this.execution = execution;
    this.#world = world;
    this.started = this.#begun.promise;
    // Only the closing of the emulator interrupts it.
    this.ended = this.#run().catch(() => {});
    void this.ended.finally(() => this.#begun.resolve());
  }

  /** Asks for its end; nothing where it has ended, or was asked before. */
  cancel(): void {
    const { execution } = this;
    if (execution.completedAt !== undefined || execution.cancelling) return;
    execution.cancelling = true;
    this.#touch();
    this.#cancelling.abort(new Error("the execution was cancelled"));
  }

  /** @throws {@link GoogleError} where it failed; what was cancelled did not fail. */
  throwIfFailed(): void {
    const { operationError } = this.execution.trouble;
    if (operationError !== undefined) throw new GoogleError("INTERNAL", operationError);
    const { code, message } = outcomeOf(this.execution);
    if (code === "ABORTED") throw new GoogleError(code, message);
  }

  async #run(): Promise<void> {
    const { execution } = this;
    const { clock, delays } = this.#world;
    const { slowStartMs = 0, pullFailure } = execution.trouble;
    const { signal } = this.#cancelling;
    await clock.sleep(delays.schedule + slowStartMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (pullFailure !== undefined) execution.problem = { message: pullFailure, reason: "CONTAINER_MISSING" };
    else if (!signal.aborted) await this.#runTasks();
    for (const task of execution.tasks)
      if (task.completedAt === undefined) this.#end(task, "cancelled", "The task was cancelled.");
    await clock.sleep(delays.complete);
    execution.completedAt = clock.now();
    this.#touch();
    this.#world.logs.append([auditEntryOf(execution, clock.now())]);
  }

  /** So many tasks at once; each that ends makes room for the next. */
  async #runTasks(): Promise<void> {
    const { execution } = this;
    execution.startedAt = this.#world.clock.now();
    this.#touch();
    this.#begun.resolve();
    const waiting = [...execution.tasks];
    const work = async (): Promise<void> => {
      for (let task = waiting.shift(); task && !execution.cancelling; task = waiting.shift()) await this.#runTask(task);
    };
    await Promise.all(Array.from({ length: Math.min(execution.parallelism || execution.taskCount, execution.taskCount) }, work));
  }

  async #runTask(task: TaskRecord): Promise<void> {
    const { execution } = this;
    const { clock, delays } = this.#world;
    const { signal } = this.#cancelling;
    const { maxRetries = 0 } = execution.template;
    task.scheduledAt = clock.now();
    task.state = "running";
    for (;;) {
      task.startedAt ??= clock.now();
      this.#touch(task);
      const outcome = await runAttempt({ execution, task, world: this.#world, signal });
      if (outcome.kind !== "cancelled") task.lastAttempt = outcome.result;
      if (outcome.kind !== "failed") return this.#end(task, outcome.kind, outcome.message);
      if (task.retried >= maxRetries) return this.#end(task, "failed", outcome.message);
      if (signal.aborted) return;
      task.retried++;
      this.#touch(task);
      await clock.sleep(delays.retry, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return;
    }
  }

  #end(task: TaskRecord, state: "succeeded" | "failed" | "cancelled", message?: string): void {
    task.state = state;
    task.completedAt = this.#world.clock.now();
    if (message !== undefined) task.message = message;
    this.#touch(task);
  }

  #touch(task?: TaskRecord): void {
    const now = this.#world.clock.now();
    if (task) task.updatedAt = now;
    this.execution.updatedAt = now;
    this.execution.version++;
  }
}
