import type { StopIntent } from "./decide-ending.ts";
import { diagnose, type Diagnosis } from "./diagnosis.ts";
import type { WorkloadId } from "./ids.ts";
import { type Instant, instant } from "./instant.ts";
import type { Stream } from "./log-record.ts";
import { MemoryError, MemoryFaults } from "./memory-faults.ts";
import { MemoryLog } from "./memory-log.ts";
import { MemoryProcess } from "./memory-process.ts";
import type { MemoryRequest, MemoryServiceRequest } from "./memory-request.ts";
import { MemoryService } from "./memory-service.ts";
import { neverAborted, orAbort } from "./or-abort.ts";
import type { ResolvedSecret } from "./resolve-secrets.ts";

/** What the backend holds of one task. */
export interface MemoryRecord {
  readonly request: MemoryRequest;
  readonly createdAt: Instant;
  readonly log: MemoryLog;
  process?: MemoryProcess;
  startedAt?: Instant;
  finishedAt?: Instant;
  failure?: Diagnosis;
  intent?: StopIntent;
}
/** Something that bears an id and is no task. */
export interface MemoryLeftover {
  readonly owner: string;
  readonly id: WorkloadId;
  readonly what: string;
  readonly createdAt: Instant;
}

/** Whatever bears an id. */
export interface Bearer {
  readonly request: { readonly owner: string; readonly id: WorkloadId };
}
/**
 * A backend that lives in this process: runtimes that share one see each other's work, as processes on one host do. What
 * the switches do to it, all of them meet.
 */
export class MemoryBackend {
  readonly records: Map<string, MemoryRecord> = new Map();
  readonly services: Map<string, MemoryService> = new Map();
  /** By name; a test may plant some. */
  readonly leftovers: Map<string, MemoryLeftover> = new Map();
  readonly faults: MemoryFaults = new MemoryFaults();
  /** Images that cannot be found; every other one can. */
  readonly missingImages: Set<string> = new Set();
  /** Children outlive the main program, as processes do; by default they go with it, as in a container. */
  keepsChildren = false;
  readonly #listeners = new Set<(changed: Bearer, kind: "changed" | "removed") => void>();

  /** What bears the name already is answered as it is. */
  create(request: MemoryRequest): MemoryRecord {
    const found = this.records.get(request.name);
    if (found !== undefined) return found;
    this.#findImage(request);
    const record: MemoryRecord = { request, createdAt: instant(Date.now()), log: new MemoryLog() };
    this.records.set(request.name, record);
    this.#tell(record);
    return record;
  }
  /** What bears the name already is answered as it is. */
  createService(request: MemoryServiceRequest): MemoryService {
    const found = this.services.get(request.name);
    if (found !== undefined) return found;
    this.#findImage(request);
    const made = new MemoryService(request, () => this.#tell(made));
    this.services.set(request.name, made);
    this.#tell(made);
    return made;
  }
  #findImage({ image }: { readonly image?: string }): void {
    if (image === undefined || !this.missingImages.has(image)) return;
    throw new MemoryError(`no such image: ${image}`, { code: "image-not-found" });
  }
  /** Once; never after an intent to end it. */
  launch(name: string, secrets: readonly ResolvedSecret[] = []): void {
    const record = this.records.get(name);
    if (record === undefined || record.process !== undefined || record.finishedAt !== undefined) return;
    const { program } = record.request;
    const [first] = program;
    if (first?.do === "fail") {
      record.failure = diagnose(first.reason);
      record.finishedAt = instant(Date.now());
      return this.#tell(record);
    }
    const write = (stream: Stream, bytes: Uint8Array): void => {
      record.log.write({ instance: "0", stream }, bytes, instant(Date.now()));
      this.#tell(record);
    };
    record.startedAt = instant(Date.now());
    record.process = new MemoryProcess({ program, secrets, write, ended: () => this.#ended(record) });
    this.#tell(record);
  }
  /** The first one stays. A task that was never launched ends with it. */
  intend(name: string, intent: StopIntent): void {
    const record = this.records.get(name);
    if (record === undefined || record.finishedAt !== undefined) return;
    record.intent ??= intent;
    if (record.process === undefined) record.finishedAt = instant(Date.now());
    this.#tell(record);
  }
  drop(name: string): void {
    const record = this.records.get(name);
    record?.process?.signal("SIGKILL");
    this.records.delete(name);
    if (record !== undefined) this.#tell(record, "removed");
    const service = this.services.get(name);
    service?.drop();
    this.services.delete(name);
    if (service !== undefined) this.#tell(service, "removed");
  }
  listen(hear: (changed: Bearer, kind: "changed" | "removed") => void): Disposable {
    this.#listeners.add(hear);
    return { [Symbol.dispose]: () => void this.#listeners.delete(hear) };
  }
  /** Until `holds` does, looked at after every change. */
  async until(holds: () => boolean, signal: AbortSignal = neverAborted()): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _listening = this.listen(() => holds() && resolve());
    // Who waits on a real backend holds a socket; pretended programs hold nothing.
    const held = setInterval(() => {}, 60_000);
    try {
      if (!holds()) await orAbort(signal, () => promise);
    } finally {
      clearInterval(held);
    }
  }
  #ended(record: MemoryRecord): void {
    if (record.process !== undefined && record.process.exit !== undefined && record.finishedAt === undefined) {
      record.finishedAt = instant(Date.now());
      if (!this.keepsChildren) record.process.signal("SIGKILL");
    }
    this.#tell(record);
  }
  #tell(changed: Bearer, kind: "changed" | "removed" = "changed"): void {
    for (const hear of [...this.#listeners]) hear(changed, kind);
  }
}
