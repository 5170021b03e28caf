import type { Call } from "./call.ts";
import type { Capabilities, Change } from "./capabilities.ts";
import type { Fault } from "./fault.ts";
import type { Host } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import type { DriverLogItem } from "./log-record.ts";
import type { MemoryBackend, MemoryRecord, MemoryRequest } from "./memory-backend.ts";
import { MemoryError, type MemoryFaults } from "./memory-faults.ts";
import { memoryTask } from "./memory-task.ts";
import { type MemoryOptions, toMemoryRequest } from "./to-memory-request.ts";
import { nativeName } from "./native-name.ts";
import { orAbort } from "./or-abort.ts";
import type { Order, Plan } from "./plan.ts";
import type { DriverLogQuery, DriverStopOptions, Leftover, ListFilter, RuntimeDriver, StopResult } from "./runtime-driver.ts";
import { defaultStopGraceMs } from "./spec.ts";
import type { DriverInspection, Task, Workload } from "./workload.ts";

export type MemoryCapabilities = Pick<Capabilities, "watch">;
export interface MemoryDriverParts {
  readonly backend: MemoryBackend;
  readonly faults: MemoryFaults;
  readonly host: Host;
  readonly watch: boolean;
}
/** As much as any backend allows; a hash never is needed. */
const longestName = 63;

/** Each `#ask` is a request: what lies between two of them, a crash can part. */
export class MemoryDriver implements RuntimeDriver<MemoryCapabilities, MemoryOptions, MemoryRequest> {
  readonly capabilities: MemoryCapabilities;
  readonly #parts: MemoryDriverParts;
  readonly #backend: MemoryBackend;

  constructor(parts: MemoryDriverParts) {
    this.#parts = parts;
    this.#backend = parts.backend;
    this.capabilities = parts.watch ? { watch: { watch: (_from, call) => this.#watch(call) } } : {};
  }
  plan(order: Order<MemoryOptions>): Plan<MemoryRequest> {
    return toMemoryRequest(order, { name: this.#name(order.spec.id), owner: this.#parts.host.owner });
  }
  async start(_order: Order<MemoryOptions>, plan: Plan<MemoryRequest>, _call: Call): Promise<Workload> {
    const [request] = plan.requests;
    if (request === undefined) throw new MemoryError("an empty plan", { code: "internal" });
    const record = await this.#ask("start.create", () => this.#backend.create(request));
    if (record.request.specHash !== request.specHash) return memoryTask(record);
    await this.#ask("start.launch", () => this.#backend.launch(request.name));
    return memoryTask(record);
  }
  inspect(ids: readonly WorkloadId[], _call: Call): Promise<readonly DriverInspection[]> {
    const look = (id: WorkloadId): DriverInspection => {
      const record = this.#record(id);
      return record === undefined ? { kind: "absent", id } : memoryTask(record);
    };
    return this.#ask("inspect", () => ids.map(look));
  }
  async stop(id: WorkloadId, { graceMs: asked, intent }: DriverStopOptions, { signal }: Call): Promise<StopResult> {
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
  async *list({ labels = {}, kind }: ListFilter, _call: Call): AsyncGenerator<Task | Leftover, void, void> {
    const { owner } = this.#parts.host;
    const { records, leftovers } = this.#backend;
    const found = await this.#ask("list", () => [...records.values()].filter(({ request }) => request.owner === owner));
    const wanted = found.filter(({ request }) => Object.entries(labels).every(([key, value]) => request.labels[key] === value));
    if (kind !== "service") yield* wanted.map(memoryTask);
    const orphans = [...leftovers].filter(([, left]) => left.owner === owner && this.#record(left.id) === undefined);
    for (const [nativeId, { id, what, createdAt }] of orphans) yield { kind: "leftover", id, what, nativeId, createdAt };
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, { signal }: Call): AsyncGenerator<DriverLogItem, void, void> {
    const { faults } = this.#parts;
    const record = await this.#ask("logs", () => this.#record(id));
    if (record === undefined) throw new MemoryError(`no such task: ${id}`, { code: "not-found" });
    faults.openReads++;
    let left = faults.beginStream();
    const { items } = record.log;
    try {
      for (let next = record.log.begin(query); ;) {
        const over = !query.follow || record.finishedAt !== undefined || this.#record(id) !== record;
        for (; next < items.length; next++) {
          if (left-- <= 0) faults.cut();
          yield items[next] as DriverLogItem;
        }
        if (over) return;
        const seen = next;
        await this.#backend.until(
          () => items.length > seen || record.finishedAt !== undefined || this.#record(id) !== record,
          signal,
        );
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
    const hear = ({ request: { owner, id } }: MemoryRecord, kind: "changed" | "removed"): void => {
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
  #ask<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
    return this.#parts.faults.around(operation, work);
  }
  #name(id: WorkloadId): string {
    return nativeName(this.#parts.host.owner, id, longestName);
  }
  #record(id: WorkloadId): MemoryRecord | undefined {
    return this.#backend.records.get(this.#name(id));
  }
}
