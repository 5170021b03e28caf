import type { ContainerGroup } from "@azure/arm-containerinstance";
import type { Store, WorkloadId } from "@longshore/core";
import { InFlight, sleep } from "@longshore/core/driver";
import type { LogParts } from "./log-parts.ts";
import { runOf } from "./map-service-state.ts";
import { isOver } from "./map-task-state.ts";
import { tag } from "./native-names.ts";
import { askForWindow } from "./read-window.ts";
import { Spool } from "./spool.ts";
import { pollMsOf } from "./poll-ms.ts";

/** A log in which nothing comes is asked for less and less often. */
const widening = 1.5;
const longestPauseMs = 10_000;
/** All together those are asked for at most so often: their number does not matter. */
const betweenIdleMs = 500;
/** After so many times of nothing new it is looked at whether there is anything to come. */
const idleTurns = 3;

interface Tracked {
  readonly name: string;
  readonly spool: Spool;
  pauseMs: number;
  due: number;
  idle: number;
}
/** What runs here is captured as long as this runtime is open: one poller for all, shared with whoever reads. */
export class Spools implements Disposable {
  readonly #parts: LogParts;
  readonly #store: Store;
  readonly #tracked = new Map<string, Tracked>();
  readonly #spools = new Map<string, Spool>();
  readonly #steps = new InFlight<boolean>();
  readonly #closed = new AbortController();
  #turning = false;
  #idleAt = 0;

  constructor(parts: LogParts, store: Store) {
    this.#parts = parts;
    this.#store = store;
  }
  /** Of that run. */
  of(group: ContainerGroup): Spool {
    const prefix = `${this.#root((group.tags?.[tag.id] ?? "") as WorkloadId)}${runOf(group)}/`;
    const known = this.#spools.get(prefix) ?? new Spool(this.#store, prefix);
    this.#spools.set(prefix, known);
    return known;
  }
  track(group: ContainerGroup): void {
    const { name = "" } = group;
    if (isOver(group) || this.#tracked.has(name) || this.#closed.signal.aborted) return;
    const pauseMs = pollMsOf(this.#parts);
    this.#tracked.set(name, { name, spool: this.of(group), pauseMs, due: performance.now() + pauseMs, idle: 0 });
    if (!this.#turning) void this.#turn();
  }
  /** Captures what there is now. */
  capture(group: ContainerGroup, signal: AbortSignal): Promise<boolean> {
    return this.#step({ name: group.name ?? "", spool: this.of(group), isOver: isOver(group) }, signal);
  }
  /** Runs of a service that are over: their lines are here alone. */
  async runs(id: WorkloadId, signal: AbortSignal): Promise<readonly string[]> {
    const root = this.#root(id);
    const keys = await Array.fromAsync(this.#store.list(root, signal));
    return [...new Set(keys.map((key) => key.slice(root.length, key.indexOf("/", root.length))))];
  }
  ofRun(id: WorkloadId, run: string): Spool {
    return new Spool(this.#store, `${this.#root(id)}${run}/`);
  }
  async remove(id: WorkloadId, signal: AbortSignal): Promise<void> {
    const root = this.#root(id);
    for (const [name, { spool }] of this.#tracked) if (this.#isOf(spool, root)) this.#tracked.delete(name);
    for (const prefix of this.#spools.keys()) if (prefix.startsWith(root)) this.#spools.delete(prefix);
    for await (const key of this.#store.list(root, signal)) await this.#store.delete(key, signal);
  }
  [Symbol.dispose](): void {
    this.#closed.abort(new Error("the runtime is closed"));
  }
  #isOf(spool: Spool, root: string): boolean {
    return [...this.#spools].some(([prefix, one]) => one === spool && prefix.startsWith(root));
  }
  #root(id: WorkloadId): string {
    return `spool/aci/${this.#parts.host.owner}/${id}/`;
  }
  #step({ name, spool, isOver: over }: Step, signal: AbortSignal): Promise<boolean> {
    const work = async (unaborted: AbortSignal): Promise<boolean> =>
      spool.keep(await askForWindow(this.#parts, { name, isOver: over }, unaborted), unaborted);
    return this.#steps.share(`${name} ${over}`, work, signal);
  }
  async #turn(): Promise<void> {
    this.#turning = true;
    const { signal } = this.#closed;
    while (this.#tracked.size > 0 && !signal.aborted) {
      const [next] = [...this.#tracked.values()].sort((one, other) => this.#dueOf(one) - this.#dueOf(other));
      if (next === undefined) break;
      await sleep(Math.max(0, this.#dueOf(next) - performance.now()), signal).catch(() => {});
      if (!signal.aborted && this.#tracked.get(next.name) === next) await this.#tryToLook(next, signal);
    }
    this.#turning = false;
  }
  #dueOf({ due, idle }: Tracked): number {
    return idle === 0 ? due : Math.max(due, this.#idleAt + betweenIdleMs);
  }
  #widen(tracked: Tracked): void {
    tracked.idle++;
    tracked.pauseMs = Math.min(tracked.pauseMs * widening, longestPauseMs);
    tracked.due = performance.now() + tracked.pauseMs;
  }
  async #tryToLook(tracked: Tracked, signal: AbortSignal): Promise<void> {
    try {
      await this.#look(tracked, signal);
    } catch {
      // It is asked for again, later.
      this.#widen(tracked);
    }
  }
  async #look(tracked: Tracked, signal: AbortSignal): Promise<void> {
    if (tracked.idle > 0) this.#idleAt = performance.now();
    const over = tracked.idle >= idleTurns && (await this.#isGone(tracked, signal));
    const isNew = await this.#step({ ...tracked, isOver: over }, signal);
    if (over && !isNew) return void this.#tracked.delete(tracked.name);
    if (!isNew) return this.#widen(tracked);
    Object.assign(tracked, { idle: 0, pauseMs: pollMsOf(this.#parts), due: performance.now() + pollMsOf(this.#parts) });
  }
  async #isGone({ name }: Tracked, signal: AbortSignal): Promise<boolean> {
    const group = await this.#parts.groups.find(name, signal);
    return group === undefined || isOver(group);
  }
}
interface Step {
  readonly name: string;
  readonly spool: Spool;
  readonly isOver: boolean;
}
