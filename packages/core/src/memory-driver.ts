import type { Call } from "./call.ts";
import type { Capabilities, Change } from "./capabilities.ts";
import type { Fault } from "./fault.ts";
import type { Host } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import type { DriverLogItem } from "./log-record.ts";
import type { Bearer, MemoryBackend, MemoryRecord } from "./memory-backend.ts";
import type { MemoryRequest, MemoryServiceRequest } from "./memory-request.ts";
import { MemoryError, type MemoryFaults } from "./memory-faults.ts";
import { MemoryService } from "./memory-service.ts";
import { memoryServices } from "./memory-services.ts";
import { memoryTask } from "./memory-task.ts";
import { type MemoryOptions, toMemoryRequest } from "./to-memory-request.ts";
import { nativeName } from "./native-name.ts";
import { neverAborted, orAbort } from "./or-abort.ts";
import type { Order, Plan } from "./plan.ts";
import { type ResolvedSecret, resolveSecrets } from "./resolve-secrets.ts";
import type { DriverLogQuery, DriverStopOptions, Leftover, ListFilter, RuntimeDriver, StopResult } from "./runtime-driver.ts";
import { defaultStopGraceMs } from "./spec.ts";
import type { DriverInspection, Service, Workload } from "./workload.ts";

export type MemoryCapabilities = Pick<Capabilities, "watch"> & Required<Pick<Capabilities, "services" | "endpoints">>;
export interface MemoryDriverParts {
  readonly backend: MemoryBackend;
  readonly faults: MemoryFaults;
  readonly host: Host;
  readonly watch: boolean;
}
type Request = MemoryRequest | MemoryServiceRequest;
/** As much as any backend allows; a hash never is needed. */
const longestName = 63;

/** Each `#ask` is a request: what lies between two of them, a crash can part. */
export class MemoryDriver implements RuntimeDriver<MemoryCapabilities, MemoryOptions, Request> {
  readonly capabilities: MemoryCapabilities;
  readonly #parts: MemoryDriverParts;
  readonly #backend: MemoryBackend;

  constructor(parts: MemoryDriverParts) {
    this.#parts = parts;
    this.#backend = parts.backend;
    const services = memoryServices({
      ...parts,
      name: (id) => this.#name(id),
      ask: (operation, work) => this.#ask(operation, work),
    });
    const watch: MemoryCapabilities["watch"] = { watch: (_from, call) => this.#watch(call) };
    this.capabilities = parts.watch ? { ...services, watch } : services;
  }
  plan(order: Order<MemoryOptions>): Plan<Request> {
    return toMemoryRequest(order, { name: this.#name(order.spec.id), owner: this.#parts.host.owner });
  }
  async start(order: Order<MemoryOptions>, plan: Plan<Request>, { signal }: Call): Promise<Workload> {
    const [request] = plan.requests;
    if (request === undefined) throw new MemoryError("an empty plan", { code: "internal" });
    const secrets = await resolveSecrets(order.spec, this.#parts.host, signal);
    if (request.kind === "service") return this.#startService(request, secrets);
    const record = await this.#ask("start.create", () => this.#backend.create(request));
    if (record.request.specHash !== request.specHash) return memoryTask(record);
    await this.#ask("start.launch", () => this.#backend.launch(request.name, secrets));
    return memoryTask(record);
  }
  async #startService(request: MemoryServiceRequest, secrets: readonly ResolvedSecret[]): Promise<Service> {
    const service = await this.#ask("start.create", () => this.#backend.createService(request));
    if (service.request.specHash === request.specHash) await this.#ask("start.launch", () => service.fill(secrets));
    return service.toService();
  }
  inspect(ids: readonly WorkloadId[], _call: Call): Promise<readonly DriverInspection[]> {
    const look = (id: WorkloadId): DriverInspection => {
      const record = this.#record(id);
      if (record !== undefined) return memoryTask(record);
      return this.#service(id)?.toService() ?? { kind: "absent", id };
    };
    return this.#ask("inspect", () => ids.map(look));
  }
  async stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    const service = this.#service(id);
    if (service === undefined) return this.#stopTask(id, options, call);
    const graceMs = options.graceMs ?? service.request.stopGraceMs;
    return { state: "confirmed", graceMs, forced: await this.#ask("stop.signal", () => service.stop(graceMs)) };
  }
  async #stopTask(id: WorkloadId, { graceMs: asked, intent }: DriverStopOptions, { signal }: Call): Promise<StopResult> {
    const name = this.#name(id);
    const record = await this.#ask("stop.intent", () => {
      this.#backend.intend(name, intent);
      return this.#record(id);
    });
    const graceMs = asked ?? record?.request.stopGraceMs ?? defaultStopGraceMs;
    const running = record?.process;
    const confirmed = { state: "confirmed", graceMs } as const;
    if (running === undefined || running.running === 0) return { ...confirmed, forced: false };
    await this.#ask("stop.signal", () => running.signal("SIGTERM"));
    const gone = (): boolean => running.running === 0;
    const grace = AbortSignal.any([AbortSignal.timeout(graceMs), signal]);
    await this.#ask("stop.wait", () => this.#backend.until(gone, grace).catch(() => signal.throwIfAborted()));
    if (gone()) return { ...confirmed, forced: false };
    await this.#ask("stop.kill", () => running.signal("SIGKILL"));
    return { ...confirmed, forced: true };
  }
  async remove(id: WorkloadId, _call: Call): Promise<void> {
    const name = this.#name(id);
    await this.#ask("remove.kill", () => this.#record(id)?.process?.signal("SIGKILL"));
    const others = [...this.#backend.leftovers].filter(([, left]) => left.owner === this.#parts.host.owner && left.id === id);
    for (const [left] of others) await this.#ask("remove.leftover", () => this.#backend.leftovers.delete(left));
    await this.#ask("remove.record", () => this.#backend.drop(name));
  }
  async *list({ labels = {}, kind }: ListFilter, _call: Call): AsyncGenerator<Workload | Leftover, void, void> {
    const { owner } = this.#parts.host;
    const { records, leftovers } = this.#backend;
    const found = await this.#ask("list", () => [...records.values()].filter(({ request }) => request.owner === owner));
    const wanted = found.filter(({ request }) => hasLabels(request, labels));
    if (kind !== "service") yield* wanted.map(memoryTask);
    const services = [...this.#backend.services.values()].filter(({ request }) => request.owner === owner);
    const seen = services.map((one) => one.toService()).filter((one) => hasLabels(one, labels));
    if (kind !== "task") yield* seen;
    const bears = (id: WorkloadId): boolean => this.#record(id) !== undefined || this.#service(id) !== undefined;
    const orphans = [...leftovers].filter(([, left]) => left.owner === owner && !bears(left.id));
    for (const [nativeId, { id, what, createdAt }] of orphans) yield { kind: "leftover", id, what, nativeId, createdAt };
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, { signal }: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
    const { faults } = this.#parts;
    const bearer = (): MemoryRecord | MemoryService | undefined => this.#record(id) ?? this.#service(id);
    const record = await this.#ask("logs", bearer);
    if (record === undefined) throw new MemoryError(`no such task: ${id}`, { code: "not-found" });
    faults.openReads++;
    let left = faults.beginStream();
    const { items } = record.log;
    try {
      const wants = record.log.wants(query);
      const ended = (): boolean => bearer() !== record || hasEnded(record);
      for (let next = 0; ;) {
        const over = !query.follow || ended();
        for (; next < items.length; next++) {
          if (!wants(next)) continue;
          if (left-- <= 0) faults.cut();
          yield [items[next] as DriverLogItem];
        }
        if (over) return;
        const seen = next;
        await this.#backend.until(() => items.length > seen || ended(), signal);
      }
    } finally {
      faults.openReads--;
    }
  }
  ping(_call: Call): Promise<void> {
    return this.#ask("ping", () => {});
  }
  classify(error: unknown): Fault | undefined {
    return error instanceof MemoryError ? error.fault : undefined;
  }
  async [Symbol.asyncDispose](): Promise<void> {}
  async *#watch({ signal }: Call): AsyncGenerator<Change, void, void> {
    const changes: Change[] = [];
    let wake = (): void => {};
    const hear = ({ request: { owner, id } }: Bearer, kind: "changed" | "removed"): void => {
      if (owner !== this.#parts.host.owner) return;
      changes.push({ kind, id });
      wake();
    };
    const { faults } = this.#parts;
    using _listening = this.#backend.listen(hear);
    await this.#ask("watch", () => {});
    let left = faults.beginStream();
    faults.openReads++;
    try {
      yield { kind: "resync" };
      for (;;) {
        for (let change = changes.shift(); change !== undefined; change = changes.shift()) {
          if (left-- <= 0) faults.cut();
          yield change;
        }
        await orAbort(signal, () => new Promise<void>((resolve) => (wake = resolve)));
      }
    } finally {
      faults.openReads--;
    }
  }
  async #ask<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
    await this.#parts.host.limiter.take(operation, neverAborted());
    return this.#parts.faults.around(operation, work);
  }
  #name(id: WorkloadId): string {
    return nativeName(this.#parts.host.owner, id, longestName);
  }
  #record(id: WorkloadId): MemoryRecord | undefined {
    return this.#backend.records.get(this.#name(id));
  }
  #service(id: WorkloadId): MemoryService | undefined {
    return this.#backend.services.get(this.#name(id));
  }
}

const hasLabels = ({ labels }: Pick<Workload, "labels">, wanted: ListFilter["labels"] = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

const hasEnded = (record: MemoryRecord | MemoryService): boolean =>
  record instanceof MemoryService ? record.stopped && record.running === 0 : record.finishedAt !== undefined;
