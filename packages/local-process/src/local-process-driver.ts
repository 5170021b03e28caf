import { access, constants, mkdir } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { type Leftover, type ListFilter, LongshoreError, type StopResult, type Workload, type WorkloadId } from "@longshore/core";
import {
  type Call,
  type Capabilities,
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
import { listWorkloads } from "./list-workloads.ts";
import { lookAtService } from "./look-at-service.ts";
import { lookAtTask } from "./look-at-task.ts";
import { lookAtWorkload } from "./look-at-workload.ts";
import { toTask } from "./map-process-state.ts";
import { haveKept, type ServicePlace } from "./order-service.ts";
import { prepareService, prepareTask } from "./prepare-folder.ts";
import type { ProcessRequest } from "./process-request.ts";
import { processEndpoints, processServices } from "./process-services.ts";
import { type ProcessSessions, processSessions } from "./process-sessions.ts";
import { readProcessLogs } from "./read-process-logs.ts";
import { readServiceLogs } from "./read-service-logs.ts";
import { removeWorkload } from "./remove-workload.ts";
import { startTask } from "./start-task.ts";
import { stopService } from "./stop-service.ts";
import { stopTask } from "./stop-task.ts";
import { SupervisorLine } from "./supervisor-line.ts";
import type { SecretValues } from "./supervisor-messages.ts";
import { TaskPlaces } from "./task-places.ts";
import { type HostFacts, type LocalProcessOptions, toProcessRequest } from "./to-process-request.ts";
import { watchState } from "./watch-state.ts";

export type LocalProcessCapabilities = Required<Pick<Capabilities, "watch" | "services" | "endpoints">> & ProcessSessions;
export interface LocalProcessParts {
  readonly stateDir: string;
  readonly host: Host;
  readonly facts: HostFacts;
}

/** How long somebody may take to keep a service that was found to be kept by nobody; the next look tries again. */
const longestRevivalMs = 30_000;

/** Holds nothing open: all it knows is in the folders, where the owner's supervisor writes it. */
export class LocalProcessDriver implements RuntimeDriver<LocalProcessCapabilities, LocalProcessOptions, ProcessRequest> {
  readonly capabilities: LocalProcessCapabilities;
  readonly #host: Host;
  readonly #facts: HostFacts;
  readonly #places: TaskPlaces;
  readonly #line: SupervisorLine;
  readonly #reviving = new Set<WorkloadId>();

  constructor({ stateDir, host, facts }: LocalProcessParts) {
    this.#host = host;
    this.#facts = facts;
    this.#places = new TaskPlaces(stateDir, host.owner);
    this.#line = new SupervisorLine(this.#places.supervisor);
    const place = (id: WorkloadId): ServicePlace => this.#place(id);
    this.capabilities = {
      watch: { watch: (_from, call) => watchState(this.#places, call) },
      services: processServices({ place, values: (order, signal) => this.#secrets(order, signal) }),
      endpoints: processEndpoints(place),
      ...processSessions(place),
    };
  }
  plan(order: Order<LocalProcessOptions>): Plan<ProcessRequest> {
    return toProcessRequest(order, this.#facts);
  }
  async start(order: Order<LocalProcessOptions>, { requests }: Plan<ProcessRequest>, call: Call): Promise<Workload> {
    const { id, kind } = order.spec;
    const folder = this.#places.task(id);
    const [request] = requests;
    if (request === undefined) throw new Error("the plan holds no request");
    const seen =
      kind === "service" ? await this.#startService(order, request, call) : await this.#startTask(order, request, call);
    const found = seen ?? (await lookAtWorkload(folder));
    if (found !== undefined) return found;
    throw new LongshoreError("it was removed while it was being started", {
      code: "not-found",
      operation: "start",
      workload: id,
    });
  }
  async #startTask(order: Order, request: ProcessRequest, call: Call): Promise<Workload | undefined> {
    const { id } = order.spec;
    const folder = this.#places.task(id);
    if (lookAtService(folder) !== undefined) return undefined;
    const createdAt = this.#host.clock.now();
    let early: SecretValues | undefined;
    if ((await lookAtTask(folder)) === undefined) {
      // A secret that cannot be had leaves nothing behind.
      early = await this.#secrets(order, call.signal);
      await prepareTask(this.#places, { order, request, createdAt });
    }
    if (lookAtService(folder) !== undefined) return undefined;
    const secrets = async (): Promise<SecretValues> => early ?? this.#secrets(order, call.signal);
    const seen = await startTask({ id, folder, specHash: order.specHash, line: this.#line, secrets }, call);
    return seen && toTask(folder, seen);
  }
  /** Its instances are started, or come later where there is no room for them now. */
  async #startService(order: Order, request: ProcessRequest, call: Call): Promise<undefined> {
    const place = this.#place(order.spec.id);
    const found = lookAtService(place.folder) ?? (await lookAtTask(place.folder));
    if (found === undefined) {
      const values = await this.#secrets(order, call.signal);
      await prepareService(this.#places, { order, request, values, createdAt: this.#host.clock.now() });
    }
    const seen = lookAtService(place.folder);
    if (seen?.order.wanted.specHash === order.specHash && seen.order.stopped === undefined) await haveKept(place, call);
  }
  #place(id: WorkloadId): ServicePlace {
    return { id, folder: this.#places.task(id), line: this.#line };
  }
  /** They go to the supervisor, and to no file but those that the spec asks for. */
  async #secrets({ spec }: Order, signal: AbortSignal): Promise<SecretValues> {
    const resolved = await resolveSecrets(spec, this.#host, signal);
    signal.throwIfAborted();
    return Object.fromEntries(resolved.map(({ name, value }) => [name, value]));
  }
  async inspect(ids: readonly WorkloadId[]): Promise<readonly DriverInspection[]> {
    // A look waits for nothing else, and who looks over and over would let nobody else have a turn.
    await setImmediate();
    return Promise.all(ids.map((id) => this.#inspect(id)));
  }
  async #inspect(id: WorkloadId): Promise<DriverInspection> {
    const folder = this.#places.task(id);
    try {
      return (await lookAtWorkload(folder, () => this.#revive(id))) ?? { kind: "absent", id };
    } catch (error) {
      return { kind: "unreachable", id, reason: error instanceof Error ? error.message : String(error) };
    }
  }
  /** Its supervisor died. Whoever looks sees to it that another takes over, and does not wait for that. */
  #revive(id: WorkloadId): void {
    if (this.#reviving.has(id)) return;
    this.#reviving.add(id);
    haveKept(this.#place(id), { signal: AbortSignal.timeout(longestRevivalMs), report: () => {} })
      .catch(() => {})
      .finally(() => this.#reviving.delete(id));
  }
  async stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    const place = this.#place(id);
    return (await stopService(place, options, call)) ?? stopTask(place, options, call);
  }
  remove(id: WorkloadId, call: Call): Promise<void> {
    return removeWorkload({ places: this.#places, line: this.#line }, id, call);
  }
  list(filter: ListFilter, call: Call): AsyncIterable<Workload | Leftover> {
    return listWorkloads(this.#places, { filter, unkept: (id) => this.#revive(id) }, call);
  }
  logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncIterable<readonly DriverLogItem[]> {
    const folder = this.#places.task(id);
    if (lookAtService(folder) === undefined) return readProcessLogs({ folder, id }, query, call);
    return readServiceLogs({ folder, look: () => void this.#inspect(id) }, query, call);
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
