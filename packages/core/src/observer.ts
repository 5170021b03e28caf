import type { Change } from "./capabilities.ts";
import type { Clock } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";
import { orAbort } from "./or-abort.ts";
import { Pauses } from "./retry.ts";
import type { DriverInspection } from "./workload.ts";

export interface ObserverParts {
  readonly look: (ids: readonly WorkloadId[], signal: AbortSignal) => Promise<readonly DriverInspection[]>;
  /** Absent where the backend pushes nothing. */
  readonly watch?: (signal: AbortSignal) => AsyncIterable<Change>;
  readonly clock: Clock;
  readonly pollMs: number;
  /** Hears of every answer, whoever asked for it. */
  readonly seen: (inspection: DriverInspection) => void;
}
interface Waiter {
  readonly id: WorkloadId;
  readonly resolve: (seen: DriverInspection) => void;
  readonly reject: (error: unknown) => void;
  /** When it may be answered by a mere poll. A change answers at once. */
  due: number;
}
const longestPauseMs = 60_000;
const lookLimitMs = 30_000;
/** Beneath a watch: what it missed without knowing is seen this late. */
const slowPollMs = 30_000;
/** Changes come in bursts: so many looks answer the first of them at once, and those of the rest of this window share one. */
const gatherMs = 10;
const promptLooks = 3;

/** One watch or one batched look for all who wait, whatever their number; a look that fails widens the pause for all. */
export class Observer {
  readonly #parts: ObserverParts;
  readonly #waiters = new Set<Waiter>();
  readonly #changed = new Set<WorkloadId>();
  readonly #closed: AbortSignal;
  /** By id, how many observe it. */
  readonly #observed = new Map<WorkloadId, number>();
  #watching = false;
  #failures = 0;
  #turning = false;
  /** When the last few looks were, the oldest first. */
  #looks: readonly number[] = [];
  #wake: () => void = () => {};
  #watch: AbortController | undefined;

  constructor(parts: ObserverParts, closed: AbortSignal) {
    this.#parts = parts;
    this.#closed = closed;
  }
  /** The watch is open from the first to the last who observe, also while none of them waits for an answer. */
  enter(id: WorkloadId): Disposable {
    this.#observed.set(id, (this.#observed.get(id) ?? 0) + 1);
    if (this.#parts.watch !== undefined && this.#watch === undefined) void this.#follow((this.#watch = new AbortController()));
    if (!this.#turning) void this.#turn();
    return { [Symbol.dispose]: () => this.#leave(id) };
  }
  #leave(id: WorkloadId): void {
    const left = (this.#observed.get(id) ?? 1) - 1;
    if (left > 0) return void this.#observed.set(id, left);
    this.#observed.delete(id);
    this.#changed.delete(id);
    if (this.#observed.size > 0) return;
    this.#watch?.abort();
    this.#watch = undefined;
    this.#wake();
  }
  /** The answer of a look that begins after now: at once with `first`, else after a change or when a poll is due. */
  async next(
    id: WorkloadId,
    { signal, first }: { readonly signal: AbortSignal; readonly first: boolean },
  ): Promise<DriverInspection> {
    const { promise, resolve, reject } = Promise.withResolvers<DriverInspection>();
    const waiter: Waiter = { id, resolve, reject, due: first ? 0 : performance.now() + this.#pauseMs() };
    this.#waiters.add(waiter);
    this.#wake();
    try {
      return await orAbort(signal, () => promise);
    } finally {
      this.#waiters.delete(waiter);
    }
  }
  /** Whoever waits for this id is answered by a look from now. */
  nudge(id: WorkloadId): void {
    if (!this.#observed.has(id)) return;
    this.#changed.add(id);
    this.#wake();
  }
  /** What was learnt without a look. */
  heard(seen: DriverInspection): void {
    this.#parts.seen(seen);
    this.nudge(seen.id);
  }
  #pauseMs(): number {
    const interval = this.#watching ? slowPollMs : this.#parts.pollMs;
    return this.#failures === 0 ? interval : Math.min(this.#parts.pollMs * 2 ** this.#failures, longestPauseMs);
  }
  async #turn(): Promise<void> {
    this.#turning = true;
    while (this.#observed.size > 0 && !this.#closed.aborted) {
      const batch = this.#batch();
      if (batch.length === 0) await this.#rest();
      else await this.#ask(batch).catch((error: unknown) => this.#fail(batch, error));
    }
    this.#turning = false;
  }
  /** Who is due or has changed; when one is, all who would be soon come along. */
  #batch(): readonly Waiter[] {
    const now = performance.now();
    const polled = [...this.#waiters].some(({ due }) => due <= now);
    const horizon = polled ? now + this.#pauseMs() / 2 : now;
    const batch = [...this.#waiters].filter(({ id, due }) => due <= horizon || this.#changed.has(id));
    for (const { id } of batch) this.#changed.delete(id);
    return batch;
  }
  async #rest(): Promise<void> {
    const soonest = Math.min(performance.now() + longestPauseMs, ...[...this.#waiters].map(({ due }) => due));
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#parts.clock
      .sleep(Math.max(1, soonest - performance.now()), AbortSignal.any([woken.signal, this.#closed]))
      .catch(() => {});
    this.#wake = () => {};
    if (this.#changed.size === 0 || this.#observed.size === 0) return;
    const [oldest = 0] = this.#looks.length < promptLooks ? [] : this.#looks;
    const gathering = oldest + gatherMs - performance.now();
    if (gathering > 0) await this.#parts.clock.sleep(gathering, this.#closed).catch(() => {});
  }
  async #ask(batch: readonly Waiter[]): Promise<void> {
    const limit = AbortSignal.any([AbortSignal.timeout(lookLimitMs), this.#closed]);
    const ids = [...new Set(batch.map(({ id }) => id))];
    this.#looks = [...this.#looks, performance.now()].slice(-promptLooks);
    const answers = await orAbort(limit, () => this.#parts.look(ids, limit));
    const seen = new Map(answers.map((one) => [one.id, one]));
    this.#failures = 0;
    for (const answer of answers) this.#parts.seen(answer);
    for (const waiter of batch) {
      this.#waiters.delete(waiter);
      waiter.resolve(seen.get(waiter.id) ?? { kind: "unreachable", id: waiter.id, reason: "the driver left it out" });
    }
  }
  /** What passes is waited out: everyone stays in line, behind a longer pause. */
  #fail(batch: readonly Waiter[], error: unknown): void {
    this.#failures++;
    const passing = !LongshoreError.is(error) || error.retryable;
    const due = performance.now() + this.#pauseMs();
    for (const waiter of batch) {
      waiter.due = due;
      if (passing || !this.#waiters.delete(waiter)) continue;
      waiter.reject(error);
    }
  }
  async #follow(control: AbortController): Promise<void> {
    const signal = AbortSignal.any([control.signal, this.#closed]);
    const pauses = new Pauses(this.#parts.clock);
    while (!signal.aborted) {
      try {
        for await (const change of this.#parts.watch?.(signal) ?? []) {
          this.#watching = true;
          pauses.reset();
          this.#hear(change);
        }
      } catch {
        // The looks meet the same trouble and report it; here it only means that changes may have been missed.
      }
      this.#watching = false;
      this.#hear({ kind: "resync" });
      await pauses.take(signal).catch(() => {});
    }
  }
  #hear(change: Change): void {
    const ids = change.kind === "resync" ? [...this.#observed.keys()] : [change.id];
    for (const id of ids) this.nudge(id);
  }
}
