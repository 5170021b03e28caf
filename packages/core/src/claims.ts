import type { Store } from "./host.ts";
import type { WorkloadId } from "./ids.ts";

/** `started`: the backend has answered for it. `removed`: it ran, and was taken away on request. */
export type ClaimPhase = "starting" | "started" | "removed";
export interface Claim {
  readonly phase: ClaimPhase;
  readonly specHash: string;
}
export interface ClaimScope {
  readonly store: Store | undefined;
  readonly runtime: string;
  readonly owner: string;
}

/**
 * The store's memory of what was started: for ever, where the backend forgets. Keys are `claims/OWNER/RUNTIME/ID`, and
 * `debts/…` for a removal that was begun. Without a store it remembers nothing.
 */
export class Claims {
  readonly #store: Store | undefined;
  readonly #scope: string;

  constructor({ store, runtime, owner }: ClaimScope) {
    this.#store = store;
    this.#scope = `${owner}/${runtime}/`;
  }
  async get(id: WorkloadId, signal: AbortSignal): Promise<Claim | undefined> {
    const text = await this.#store?.get(this.#claim(id), signal);
    return text === undefined ? undefined : (JSON.parse(text) as Claim);
  }
  /** The claim that stands now: this one, or the one that came before. */
  async begin(id: WorkloadId, specHash: string, signal: AbortSignal): Promise<Claim> {
    const mine: Claim = { phase: "starting", specHash };
    const won = (await this.#store?.claim(this.#claim(id), JSON.stringify(mine), signal)) ?? true;
    return won ? mine : ((await this.get(id, signal)) ?? mine);
  }
  /** The start was refused before anything began: the id is free again. */
  async withdraw(id: WorkloadId, signal: AbortSignal): Promise<void> {
    await this.#store?.delete(this.#claim(id), signal);
  }
  async record(id: WorkloadId, claim: Claim, signal: AbortSignal): Promise<void> {
    await this.#store?.put(this.#claim(id), JSON.stringify(claim), signal);
  }
  /** A service has another spec from now on. */
  async renew(id: WorkloadId, specHash: string, signal: AbortSignal): Promise<void> {
    const claim = await this.get(id, signal);
    if (claim?.phase === "started") await this.record(id, { ...claim, specHash }, signal);
  }
  async owe(id: WorkloadId, signal: AbortSignal): Promise<void> {
    await this.#store?.put(`debts/${this.#scope}${id}`, "remove", signal);
  }
  async settle(id: WorkloadId, signal: AbortSignal): Promise<void> {
    await this.#store?.delete(`debts/${this.#scope}${id}`, signal);
    const claim = await this.get(id, signal);
    if (claim !== undefined) await this.record(id, { ...claim, phase: "removed" }, signal);
  }
  /** Removals that were begun, by any process, and not seen to end. */
  async *debts(signal: AbortSignal): AsyncGenerator<WorkloadId, void, void> {
    const prefix = `debts/${this.#scope}`;
    if (this.#store === undefined) return;
    for await (const key of this.#store.list(prefix, signal)) yield key.slice(prefix.length) as WorkloadId;
  }
  #claim(id: WorkloadId): string {
    return `claims/${this.#scope}${id}`;
  }
}
