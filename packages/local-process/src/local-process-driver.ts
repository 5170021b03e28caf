import { access, constants, mkdir } from "node:fs/promises";
import { type Leftover, type ListFilter, LongshoreError, type StopResult, type Workload, type WorkloadId } from "@longshore/core";
import {
  type Call,
  type Change,
  type DriverInspection,
  type DriverLogItem,
  type DriverLogQuery,
  type DriverStopOptions,
  type Fault,
  type Host,
  type Order,
  type Plan,
  resolveSecrets,
  type RuntimeDriver,
} from "@longshore/core/driver";
import { classifyProcessError } from "./classify-process-error.ts";
import { listTasks } from "./list-tasks.ts";
import { lookAtTask } from "./look-at-task.ts";
import { toTask } from "./map-process-state.ts";
import { prepareFolder } from "./prepare-folder.ts";
import type { ProcessRequest } from "./process-request.ts";
import { readProcessLogs } from "./read-process-logs.ts";
import { removeTask } from "./remove-task.ts";
import { startTask } from "./start-task.ts";
import { stopTask } from "./stop-task.ts";
import { SupervisorLine } from "./supervisor-line.ts";
import type { SecretValues } from "./supervisor-messages.ts";
import { TaskPlaces } from "./task-places.ts";
import { type HostFacts, type LocalProcessOptions, toProcessRequest } from "./to-process-request.ts";
import { watchState } from "./watch-state.ts";

export interface LocalProcessCapabilities {
  readonly watch: { watch(from: { readonly position?: string }, call: Call): AsyncIterable<Change> };
}
export interface LocalProcessParts {
  readonly stateDir: string;
  readonly host: Host;
  readonly facts: HostFacts;
}

/** Holds nothing open: all it knows is in the folders, where each task's own supervisor writes it. */
export class LocalProcessDriver implements RuntimeDriver<LocalProcessCapabilities, LocalProcessOptions, ProcessRequest> {
  readonly capabilities: LocalProcessCapabilities = { watch: { watch: (_from, call) => watchState(this.#places, call) } };
  readonly #host: Host;
  readonly #facts: HostFacts;
  readonly #places: TaskPlaces;
  readonly #line: SupervisorLine;

  constructor({ stateDir, host, facts }: LocalProcessParts) {
    this.#host = host;
    this.#facts = facts;
    this.#places = new TaskPlaces(stateDir, host.owner);
    this.#line = new SupervisorLine(this.#places.supervisor);
  }
  plan(order: Order<LocalProcessOptions>): Plan<ProcessRequest> {
    return toProcessRequest(order, this.#facts);
  }
  async start(order: Order<LocalProcessOptions>, { requests }: Plan<ProcessRequest>, call: Call): Promise<Workload> {
    const { id } = order.spec;
    const folder = this.#places.task(id);
    if ((await lookAtTask(folder)) === undefined) await this.#prepare(order, requests);
    const secrets = (): Promise<SecretValues> => this.#secrets(order, call.signal);
    const seen = await startTask({ id, folder, specHash: order.specHash, line: this.#line, secrets }, call);
    if (seen !== undefined) return toTask(folder, seen);
    throw new LongshoreError("it was removed while it was being started", {
      code: "not-found",
      operation: "start",
      workload: id,
    });
  }
  async #prepare(order: Order, [request]: Plan<ProcessRequest>["requests"]): Promise<void> {
    if (request === undefined) throw new Error("the plan holds no request");
    await prepareFolder(this.#places, { order, request, createdAt: this.#host.clock.now() });
  }
  /** They go to the supervisor, and to no file but those that the spec asks for. */
  async #secrets({ spec }: Order, signal: AbortSignal): Promise<SecretValues> {
    const resolved = await resolveSecrets(spec, this.#host, signal);
    signal.throwIfAborted();
    return Object.fromEntries(resolved.map(({ name, value }) => [name, value]));
  }
  inspect(ids: readonly WorkloadId[]): Promise<readonly DriverInspection[]> {
    return Promise.all(ids.map((id) => this.#inspect(id)));
  }
  async #inspect(id: WorkloadId): Promise<DriverInspection> {
    const folder = this.#places.task(id);
    try {
      const seen = await lookAtTask(folder);
      return seen === undefined ? { kind: "absent", id } : toTask(folder, seen);
    } catch (error) {
      return { kind: "unreachable", id, reason: error instanceof Error ? error.message : String(error) };
    }
  }
  stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    return stopTask({ folder: this.#places.task(id), id, line: this.#line }, options, call);
  }
  remove(id: WorkloadId, call: Call): Promise<void> {
    return removeTask({ places: this.#places, line: this.#line }, id, call);
  }
  list(filter: ListFilter, call: Call): AsyncIterable<Workload | Leftover> {
    return listTasks(this.#places, filter, call);
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
    for await (const item of readProcessLogs({ folder: this.#places.task(id), id }, query, call)) yield [item];
  }
  /** The folder can be made and written: asked of the kernel, since a trial file would stay behind where we are killed. */
  async ping(): Promise<void> {
    await mkdir(this.#places.changes, { recursive: true, mode: 0o700 });
    await access(this.#places.folder, constants.W_OK | constants.X_OK);
  }
  classify(error: unknown): Fault | undefined {
    return classifyProcessError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}
