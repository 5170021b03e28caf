import type { Owner, WorkloadId } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
import { label, startVolume } from "./container-names.ts";
import { type InspectedContainer, isUnstarted } from "./map-container-state.ts";
import type { Volumes } from "./volumes.ts";

/** Clocks of two callers may differ by this much before both believe the lease is theirs. */
const marginMs = 1000;
const lookEveryMs = 100;

export interface LeaseParts {
  readonly volumes: Volumes;
  readonly owner: Owner;
  /** This opener's own mark. */
  readonly token: string;
  readonly leaseMs: number;
  readonly look: (id: WorkloadId, signal: AbortSignal) => Promise<InspectedContainer | undefined>;
}
interface Lease {
  readonly token: string;
  readonly by: number;
}

/**
 * Who may start a created container. The engine runs an exited container again when it is told to start it, so that of many
 * callers just one may say it: first the one who created the container; when its time is over, whoever claims the next
 * generation; and so on.
 */
export class StartLease {
  readonly #parts: LeaseParts;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }
  labels(): Readonly<Record<string, string>> {
    const { token, leaseMs } = this.#parts;
    return { [label.starter]: token, [label.startBy]: String(Date.now() + leaseMs) };
  }
  /** `found` is what was just seen. True: this caller starts it, now. False: it needs no start any more, or is gone. */
  async acquire(id: WorkloadId, found: InspectedContainer, signal: AbortSignal): Promise<boolean> {
    let generation = 0;
    let container: InspectedContainer | undefined = found;
    for (; ; container = await this.#parts.look(id, signal)) {
      if (container === undefined || !isUnstarted(container)) return false;
      const lease = await this.#lease(container, generation, signal);
      if (lease !== undefined) {
        if (lease.token === this.#parts.token && Date.now() < lease.by) return true;
        if (Date.now() > lease.by + marginMs) generation++;
        else await sleep(lookEveryMs, signal);
        continue;
      }
      await this.#claim(container, generation, signal);
    }
  }
  async #lease(container: InspectedContainer, generation: number, signal: AbortSignal): Promise<Lease | undefined> {
    const name = container.Name.replace(/^\//, "");
    const labels =
      generation === 0
        ? container.Config.Labels
        : await this.#parts.volumes.get(startVolume(name, container.Id, generation), signal);
    return labels === undefined ? undefined : { token: labels[label.starter] ?? "", by: Number(labels[label.startBy] ?? 0) };
  }
  async #claim(container: InspectedContainer, generation: number, signal: AbortSignal): Promise<void> {
    const { volumes, owner } = this.#parts;
    const name = container.Name.replace(/^\//, "");
    const id = container.Config.Labels[label.id] ?? "";
    const marks = { [label.owner]: owner, [label.id]: id, [label.purpose]: "start", [label.container]: container.Id };
    await volumes.claim(startVolume(name, container.Id, generation), { ...marks, ...this.labels() }, signal);
  }
}
