import type { protos } from "@google-cloud/run";
import type { Owner, WorkloadId } from "@longshore/core";
import { codeOf, status } from "./classify-cloud-run-error.ts";
import { type CloudRunApi, unlessMissing } from "./cloud-run-api.ts";
import { label, resourceName } from "./native-names.ts";

export type Job = protos.google.cloud.run.v2.IJob;
/** Lists are asked for as much as the service likes to give. */
const pageSize = 1000;

/** Not one of the registered images. */
export const isTask = ({ labels }: Job): boolean => labels?.[label.kind] === "task";

/** Jobs of Cloud Run: each call of its API that speaks of one. */
export class Jobs {
  readonly #api: CloudRunApi;
  readonly #owner: Owner;

  constructor(api: CloudRunApi, owner: Owner) {
    this.#api = api;
    this.#owner = owner;
  }
  nameOf(id: WorkloadId): string {
    return `${this.#api.parent}/jobs/${resourceName(this.#owner, id)}`;
  }
  /** False where the name is taken already. */
  async create(jobId: string, job: Job, signal: AbortSignal): Promise<boolean> {
    const { clients, parent } = this.#api;
    try {
      await this.#api.call("CreateJob", signal, (options) => clients.jobs.createJob({ parent, jobId, job }, options));
      return true;
    } catch (error) {
      if (codeOf(error) === status.alreadyExists) return false;
      throw error;
    }
  }
  /** Undefined where there is none. One that is being deleted is still there. */
  async get(name: string, signal: AbortSignal): Promise<Job | undefined> {
    const { clients } = this.#api;
    const send = (): Promise<[Job, unknown, unknown]> =>
      this.#api.call("GetJob", signal, (options) => clients.jobs.getJob({ name }, options));
    return (await unlessMissing(send))?.[0];
  }
  find(id: WorkloadId, signal: AbortSignal): Promise<Job | undefined> {
    return this.get(this.nameOf(id), signal);
  }
  /** False where somebody else was quicker, by the etag. */
  async update(job: Job, signal: AbortSignal): Promise<boolean> {
    const { clients } = this.#api;
    try {
      await this.#api.call("UpdateJob", signal, (options) => clients.jobs.updateJob({ job }, options));
      return true;
    } catch (error) {
      if (codeOf(error) === status.aborted) return false;
      throw error;
    }
  }
  /** Absent is no error. It ends what of it runs. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const { clients } = this.#api;
    await unlessMissing(() => this.#api.call("DeleteJob", signal, (options) => clients.jobs.deleteJob({ name }, options)));
  }
  /** The owner's, registered images included: the service has no filter. */
  async *all(signal: AbortSignal): AsyncGenerator<Job, void, void> {
    const { clients, parent } = this.#api;
    const pages = this.#api.pages<Job>("ListJobs", signal, async (pageToken, options) => {
      const [items, , answer] = await clients.jobs.listJobs({ parent, pageSize, pageToken }, options);
      return { items, next: answer?.nextPageToken };
    });
    for await (const job of pages) if (job.labels?.[label.owner] === this.#owner) yield job;
  }
}
