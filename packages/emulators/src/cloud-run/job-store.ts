import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { exhausted, GoogleError, notFound } from "../google/google-error.ts";
import { ExecutionStore, type ExecutionRequest } from "./execution-store.ts";
import type { ExecutionRun } from "./execution-run.ts";
import type { JobRecord } from "./job-record.ts";
import { readinessOf } from "./readiness-of.ts";
import { parentOf, type RunPlace, type RunWorld } from "./run-world.ts";
import type { Job } from "./run-shapes.ts";
import { withTemplateDefaults } from "./with-defaults.ts";

/** Documented, of a region. */
const mostJobs = 1000;

/** What of a request is the user's to say. */
function specOf(job: Job, project: string): JobRecord["spec"] {
  const { labels, annotations, client, clientVersion, launchStage, binaryAuthorization, startExecutionToken, runExecutionToken } =
    job;
  return {
    labels: labels ?? {},
    annotations: annotations ?? {},
    ...(client && { client }),
    ...(clientVersion && { clientVersion }),
    ...(launchStage && { launchStage }),
    ...(binaryAuthorization && { binaryAuthorization }),
    ...(startExecutionToken && { startExecutionToken }),
    ...(runExecutionToken && { runExecutionToken }),
    template: withTemplateDefaults(job.template, project),
  };
}

/** The jobs of every project and region, and what they run. */
export class JobStore {
  readonly executions: ExecutionStore;
  readonly #world: RunWorld;
  readonly #jobs = new Map<string, JobRecord>();

  constructor(world: RunWorld) {
    this.#world = world;
    this.executions = new ExecutionStore(world);
  }

  /** @throws `NOT_FOUND` */
  get(name: string): JobRecord {
    const job = this.#jobs.get(name);
    if (!job) throw notFound(name);
    return job;
  }

  has(name: string): boolean {
    return this.#jobs.has(name);
  }

  /** In the order of their names. */
  list(place: RunPlace): readonly JobRecord[] {
    const parent = `${parentOf(place)}/`;
    return [...this.#jobs.values()]
      .filter(({ name }) => name.startsWith(parent))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What would be made, without making it. @throws `ALREADY_EXISTS`, `RESOURCE_EXHAUSTED` */
  plan(place: RunPlace, id: string, job: Job): JobRecord {
    const name = `${parentOf(place)}/jobs/${id}`;
    if (this.#jobs.has(name)) throw new GoogleError("ALREADY_EXISTS", `Resource '${id}' already exists.`);
    if (this.#world.quotas && this.list(place).length >= mostJobs)
      throw exhausted("run.googleapis.com", "run.googleapis.com/jobs");
    const now = this.#world.clock.now();
    return {
      name,
      id,
      place,
      uid: randomUUID(),
      creator: this.#world.caller,
      createdAt: now,
      spec: specOf(job, place.project),
      generation: 1,
      version: 1,
      updatedAt: now,
      readiness: { state: "pending", at: now },
      executions: new Map(),
      executionCount: 0,
    };
  }

  add(job: JobRecord): void {
    this.#jobs.set(job.name, job);
  }

  /** How the job would stand after an update. */
  replan(job: JobRecord, asked: Job): JobRecord {
    const now = this.#world.clock.now();
    const spec = specOf(asked, job.place.project);
    const isNew = !isDeepStrictEqual(spec.template, job.spec.template);
    const generation = isNew ? job.generation + 1 : job.generation;
    return { ...job, spec, generation, version: job.version + 1, updatedAt: now, readiness: { state: "pending", at: now } };
  }

  /** Makes it ready. @throws `FAILED_PRECONDITION` where it cannot be. */
  async reconcile(job: JobRecord): Promise<void> {
    const { version } = job;
    const readiness = await readinessOf(job.spec.template.template.containers, job.place.project, this.#world);
    // A later change is reconciled by itself.
    if (job.version === version) job.readiness = readiness;
    if (readiness.state === "failed") throw new GoogleError("FAILED_PRECONDITION", readiness.message ?? "The job is not ready.");
  }

  /** @throws `FAILED_PRECONDITION`, `INVALID_ARGUMENT`, `RESOURCE_EXHAUSTED` */
  start(job: JobRecord, request: ExecutionRequest): ExecutionRun {
    if (job.deletedAt !== undefined) throw new GoogleError("FAILED_PRECONDITION", `Job '${job.id}' is being deleted.`);
    if (job.readiness.state === "failed")
      throw new GoogleError(
        "FAILED_PRECONDITION",
        `Job '${job.id}' is not ready and cannot be run. ${job.readiness.message ?? ""}`.trim(),
      );
    return this.executions.start(this.executions.plan(job, request));
  }

  /** Ends whatever of it runs, and leaves nothing of it. */
  async delete(job: JobRecord): Promise<void> {
    job.deletedAt = this.#world.clock.now();
    job.version++;
    await this.#world.clock.sleep(this.#world.delays.reconcile);
    const runs = [...job.executions.values()].map(({ name }) => this.executions.run(name));
    await Promise.all(runs.map((run) => this.executions.delete(run)));
    this.#jobs.delete(job.name);
  }
}
