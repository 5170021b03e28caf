import { notFound } from "../google/google-error.ts";
import type { GoogleCall, GoogleMessage } from "../google/google-service.ts";
import { paginate, type PageRequest } from "../google/paginate.ts";
import { readName } from "../google/resource-name.ts";
import { anyOf } from "./any-of.ts";
import { checkActAs } from "./check-act-as.ts";
import { checkJob } from "./check-job.ts";
import { describeExecution } from "./describe-execution.ts";
import { describeJob } from "./describe-job.ts";
import { checkEtag, type JobRecord } from "./job-record.ts";
import type { JobStore } from "./job-store.ts";
import { troubleOf } from "./run-fault-kinds.ts";
import { readParent } from "./read-parent.ts";
import { parentOf, type RunWorld } from "./run-world.ts";
import type { Job, Overrides } from "./run-shapes.ts";
import { checkId } from "./template-problem.ts";

export interface CreateJobRequest {
  readonly parent: string;
  readonly job: Job;
  readonly jobId: string;
  readonly validateOnly?: boolean;
}

export interface UpdateJobRequest {
  readonly job: Job & { readonly name: string };
  readonly validateOnly?: boolean;
  readonly allowMissing?: boolean;
}

export interface JobNameRequest {
  readonly name: string;
  readonly validateOnly?: boolean;
  readonly etag?: string;
}

export interface RunJobRequest extends JobNameRequest {
  readonly overrides?: Overrides;
}

const jobPattern = "projects/*/locations/*/jobs/*";

/** What requests do to jobs. */
export class JobRequests {
  readonly #jobs: JobStore;
  readonly #world: RunWorld;

  constructor(jobs: JobStore, world: RunWorld) {
    this.#jobs = jobs;
    this.#world = world;
  }

  create({ parent, job: asked, jobId, validateOnly }: CreateJobRequest, call: GoogleCall): GoogleMessage {
    const place = readParent(parent);
    checkId("CreateJobRequest.job_id", jobId);
    checkJob(jobId, asked);
    checkActAs(asked.template.template.serviceAccount, this.#world);
    const job = this.#jobs.plan(place, jobId, asked);
    if (validateOnly) return this.#operation(job, Promise.resolve());
    this.#jobs.add(job);
    return this.#operation(job, this.#settle(job, call));
  }

  update({ job: asked, validateOnly, allowMissing }: UpdateJobRequest, call: GoogleCall): GoogleMessage {
    const [project = "", location = "", id = ""] = readName(jobPattern, asked.name);
    if (allowMissing && !this.#jobs.has(asked.name))
      return this.create(
        { parent: parentOf({ project, location }), job: asked, jobId: id, validateOnly: validateOnly ?? false },
        call,
      );
    const job = this.#jobs.get(asked.name);
    checkEtag(job, asked.etag);
    checkJob(id, asked);
    checkActAs(asked.template.template.serviceAccount, this.#world);
    const next = this.#jobs.replan(job, asked);
    if (validateOnly) return this.#operation(next, Promise.resolve());
    Object.assign(job, next);
    return this.#operation(job, this.#settle(job, call));
  }

  delete({ name, validateOnly, etag }: JobNameRequest): GoogleMessage {
    readName(jobPattern, name);
    const job = this.#jobs.get(name);
    checkEtag(job, etag);
    return this.#operation(job, validateOnly ? Promise.resolve() : this.#jobs.delete(job));
  }

  run({ name, etag, overrides, validateOnly }: RunJobRequest, { faults }: GoogleCall): GoogleMessage {
    readName(jobPattern, name);
    this.#world.policies.require("run.jobs.run", name);
    if (overrides) this.#world.policies.require("run.jobs.runWithOverrides", name);
    const job = this.#jobs.get(name);
    checkEtag(job, etag);
    const request = { ...(overrides && { overrides }), trouble: troubleOf(faults) };
    if (validateOnly) {
      const planned = anyOf("Execution", describeExecution(this.#jobs.executions.plan(job, request)));
      return this.#world.operations.start({
        parent: parentOf(job.place),
        metadata: () => planned,
        work: Promise.resolve(planned),
      });
    }
    const run = this.#jobs.start(job, request);
    const told = (): ReturnType<typeof anyOf> => anyOf("Execution", describeExecution(run.execution));
    const work = run.ended.then(() => {
      run.throwIfFailed();
      return told();
    });
    return this.#world.operations.start({ parent: parentOf(job.place), metadata: told, work });
  }

  get({ name }: JobNameRequest): object {
    readName(jobPattern, name);
    return describeJob(this.#jobs.get(name));
  }

  list({ parent, ...request }: PageRequest & { readonly parent: string }): object {
    const { items, ...rest } = paginate(this.#jobs.list(readParent(parent)), request);
    return { jobs: items.map(describeJob), ...rest };
  }

  exists(name: string): void {
    if (!this.#jobs.has(name)) throw notFound(name);
  }

  /** What its operation waits for: that it is ready, and that the execution of its token has started or ended. */
  async #settle(job: JobRecord, { faults }: GoogleCall): Promise<void> {
    const { startExecutionToken, runExecutionToken } = job.spec;
    const token = startExecutionToken ?? runExecutionToken;
    await this.#jobs.reconcile(job);
    // The same token again asks for nothing new.
    if (token === undefined || job.executions.has(`${job.id}-${token}`)) return;
    const run = this.#jobs.start(job, { token, trouble: troubleOf(faults) });
    await (startExecutionToken === undefined ? run.ended : run.started);
    if (startExecutionToken === undefined) run.throwIfFailed();
  }

  #operation(job: JobRecord, work: Promise<void>): GoogleMessage {
    const told = (): ReturnType<typeof anyOf> => anyOf("Job", describeJob(job));
    return this.#world.operations.start({ parent: parentOf(job.place), metadata: told, work: work.then(told) });
  }
}
