import type { protos } from "@google-cloud/run";
import type { Owner } from "@longshore/core";
import { gather } from "@longshore/core/driver";
import { codeOf, status } from "./classify-cloud-run-error.ts";
import { type CloudRunApi, unlessMissing } from "./cloud-run-api.ts";
import { type Job } from "./jobs.ts";
import { idOf, lastPart, runOf } from "./native-names.ts";

export type Execution = protos.google.cloud.run.v2.IExecution;
export type RunTask = protos.google.cloud.run.v2.ITask;

/** More executions than this are looked for among all of the region's. */
const fewNames = 3;
/** Looks that are asked for within this time are one. */
const gatherMs = 20;
const pageSize = 1000;

/** By the job's own note, since the execution itself may not be there yet. */
export const executionName = (job: Job): string => `${job.name ?? ""}/executions/${lastPart(job.name ?? "")}-${runOf(job)}`;

/** Executions of jobs, and their tasks: each job of ours has one of one. */
export class Executions {
  /** By its name: one look for all that ask for one now. Undefined where Cloud Run does not show it, yet or any more. */
  readonly look: (name: string, signal: AbortSignal) => Promise<Execution | undefined>;
  readonly #api: CloudRunApi;
  readonly #owner: Owner;
  /** By the execution's name: how its task ended never changes. */
  readonly #ended = new Map<string, RunTask>();

  constructor(api: CloudRunApi, owner: Owner) {
    this.#api = api;
    this.#owner = owner;
    this.look = gather(gatherMs, (names, shared) => (names.length > fewNames ? this.#all(shared) : this.#each(names, shared)));
  }
  /** Of an execution that has ended. */
  async task(execution: Execution, signal: AbortSignal): Promise<RunTask | undefined> {
    const parent = execution.name ?? "";
    const known = this.#ended.get(parent);
    if (known !== undefined) return known;
    const { clients } = this.#api;
    const send = async (): Promise<RunTask | undefined> => {
      const list = (options: object): Promise<[RunTask[], ...unknown[]]> =>
        clients.tasks.listTasks({ parent, pageSize: 1 }, { ...options, autoPaginate: false });
      const [tasks] = await this.#api.call("ListTasks", signal, list);
      return tasks[0];
    };
    const task = await unlessMissing(send);
    if (task !== undefined && execution.completionTime != null) this.#ended.set(parent, task);
    return task;
  }
  forget(job: Job): void {
    this.#ended.delete(executionName(job));
  }
  /** One that has ended, or is gone, is no error. */
  async cancel(name: string, signal: AbortSignal): Promise<void> {
    const { clients } = this.#api;
    try {
      await this.#api.call("CancelExecution", signal, (options) => clients.executions.cancelExecution({ name }, options));
    } catch (error) {
      const code = codeOf(error);
      if (code !== status.failedPrecondition && code !== status.notFound) throw error;
    }
  }
  async #each(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Execution>> {
    const { clients } = this.#api;
    const get = async (name: string): Promise<readonly (readonly [string, Execution])[]> => {
      const send = (): Promise<[Execution, ...unknown[]]> =>
        this.#api.call("GetExecution", signal, (options) => clients.executions.getExecution({ name }, options));
      const answer = await unlessMissing(send);
      return answer === undefined ? [] : [[name, answer[0]]];
    };
    return new Map((await Promise.all(names.map(get))).flat());
  }
  async #all(signal: AbortSignal): Promise<ReadonlyMap<string, Execution>> {
    const { clients, parent } = this.#api;
    const found = new Map<string, Execution>();
    const pages = this.#api.pages<Execution>("ListExecutions", signal, async (pageToken, options) => {
      const [items, , answer] = await clients.executions.listExecutions(
        { parent: `${parent}/jobs/-`, pageSize, pageToken },
        options,
      );
      return { items, next: answer?.nextPageToken };
    });
    for await (const execution of pages)
      if (idOf(execution, this.#owner) !== undefined) found.set(execution.name ?? "", execution);
    return found;
  }
}
