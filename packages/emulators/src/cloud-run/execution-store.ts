import { randomInt, randomUUID } from "node:crypto";
import { exhausted, notFound } from "../google/google-error.ts";
import { applyOverrides } from "./apply-overrides.ts";
import { ExecutionRun } from "./execution-run.ts";
import type { ExecutionRecord, JobRecord, TaskRecord } from "./job-record.ts";
import type { ExecutionTrouble } from "./run-fault-kinds.ts";
import { parentOf, type RunWorld } from "./run-world.ts";
import type { Overrides } from "./run-shapes.ts";

export interface ExecutionRequest {
  readonly overrides?: Overrides;
  /** The end of its name. Default: five random characters. */
  readonly token?: string;
  readonly trouble: ExecutionTrouble;
}

/** Documented: of a region's running executions, and of a job's finished ones that are kept. */
const mostRunning = 1000;
const mostFinished = 1000;
const letters = "bcdfghjklmnpqrstvwxz2456789";

const randomSuffix = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");

function tasksOf({ name, id }: { name: string; id: string }, count: number, now: number): readonly TaskRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}/tasks/${id}-task${index}`,
    id: `${id}-task${index}`,
    uid: randomUUID(),
    index,
    createdAt: now,
    state: "pending",
    updatedAt: now,
    retried: 0,
  }));
}

/** Starts executions, finds them, and forgets them. */
export class ExecutionStore {
  readonly #world: RunWorld;
  readonly #runs = new Map<string, ExecutionRun>();

  constructor(world: RunWorld) {
    this.#world = world;
  }

  /** What would run. @throws `INVALID_ARGUMENT` */
  plan(job: JobRecord, { overrides, token, trouble }: ExecutionRequest): ExecutionRecord {
    const now = this.#world.clock.now();
    const {
      labels = {},
      annotations = {},
      taskCount = 1,
      parallelism = 0,
      template,
    } = applyOverrides(job.spec.template, overrides);
    const id = `${job.id}-${token ?? randomSuffix()}`;
    const name = `${job.name}/executions/${id}`;
    return {
      name,
      id,
      uid: randomUUID(),
      job,
      creator: this.#world.caller,
      labels,
      annotations,
      parallelism: Math.min(parallelism || taskCount, taskCount),
      taskCount,
      template,
      tasks: tasksOf({ name, id }, taskCount, now),
      trouble,
      createdAt: now,
      version: 1,
      updatedAt: now,
      cancelling: false,
    };
  }

  /** @throws `RESOURCE_EXHAUSTED` */
  start(execution: ExecutionRecord): ExecutionRun {
    const { job } = execution;
    const { quotas, clock } = this.#world;
    const region = parentOf(job.place);
    const running = [...this.#runs.values()].filter(
      ({ execution: { completedAt, job: other } }) => completedAt === undefined && parentOf(other.place) === region,
    );
    if (quotas && running.length >= mostRunning) throw exhausted("run.googleapis.com", "run.googleapis.com/running_executions");
    const run = new ExecutionRun(execution, this.#world);
    job.executions.set(execution.id, execution);
    job.executionCount++;
    job.updatedAt = clock.now();
    this.#runs.set(execution.name, run);
    void run.ended.then(() => this.#trim(job));
    return run;
  }

  /** @throws `NOT_FOUND` */
  run(name: string): ExecutionRun {
    const run = this.#runs.get(name);
    if (!run || !this.#isSeen(run.execution)) throw notFound(name);
    return run;
  }

  /** Those of a job that are seen by now, newest first. */
  list(job: JobRecord): readonly ExecutionRecord[] {
    return [...job.executions.values()].filter((execution) => this.#isSeen(execution)).reverse();
  }

  /** Ends it if it runs, and leaves nothing of it. */
  async delete(run: ExecutionRun): Promise<void> {
    const { execution } = run;
    execution.deletedAt = this.#world.clock.now();
    run.cancel();
    await run.ended;
    this.#forget(execution);
  }

  #isSeen({ createdAt, trouble }: ExecutionRecord): boolean {
    return this.#world.clock.now() >= createdAt + (trouble.missingMs ?? 0);
  }

  #trim({ executions }: JobRecord): void {
    const finished = [...executions.values()].filter(({ completedAt }) => completedAt !== undefined);
    for (const old of finished.slice(0, Math.max(0, finished.length - mostFinished))) this.#forget(old);
  }

  #forget({ name, id, job }: ExecutionRecord): void {
    this.#runs.delete(name);
    job.executions.delete(id);
  }
}
