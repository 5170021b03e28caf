import type { WorkloadId } from "@longshore/core";
import {
  type Call,
  type DriverLogItem,
  type DriverLogQuery,
  MergedBatches,
  noSuchService,
  orAbort,
} from "@longshore/core/driver";
import type { Engine } from "./engine.ts";
import type { EngineEvents, EngineNews } from "./engine-events.ts";
import { LogPlacer } from "./log-placer.ts";
import { mergeByTime } from "./merge-by-time.ts";
import { lostAt, markLost, type Reading, readOnce } from "./read-container-logs.ts";
import { type InstanceEntry, lookAtService, type ServiceView, type ViewParts } from "./service-view.ts";

export interface ServiceLogParts extends ViewParts {
  readonly engine: Engine;
  readonly events: EngineEvents;
  /** By name, instances whose logs were read to their end here: nothing is missing when they are gone. */
  readonly drained: Set<string>;
}
interface Wanted {
  readonly id: WorkloadId;
  readonly query: DriverLogQuery;
}
type Items = AsyncGenerator<readonly DriverLogItem[], void, void>;

const isGone = (error: unknown): boolean => [404, 409].includes((error as { readonly statusCode?: number }).statusCode ?? 0);

/** What there is of an instance now; with `follow` also what it writes until it ends. */
async function* readInstance(
  { engine, containers, drained }: ServiceLogParts,
  {
    one,
    state,
    query,
  }: { readonly one: InstanceEntry; readonly state: { placer: LogPlacer }; readonly query: Omit<Reading, "placer"> },
  call: Call,
): Items {
  const { instance } = one;
  try {
    const container = await containers.inspect(one.container, call.signal);
    if (container !== undefined) {
      const log = { engine, container };
      yield* markLost(state.placer, readOnce(log, { ...query, placer: state.placer }, call));
      state.placer = state.placer.resume();
      if (!query.follow) return;
      // An engine may leave out the last entry of what ended while it was followed.
      yield* readOnce(log, { follow: false, placer: state.placer }, call);
      state.placer = state.placer.resume();
      drained.add(instance);
      return;
    }
  } catch (error) {
    if (call.signal.aborted || !isGone(error)) throw error;
  }
  if (!drained.has(instance)) yield [lostAt({ position: goneAt, instance }, goneReason)];
}
/** After every time. */
const goneAt = "gone";
const goneReason = "the instance was taken away before its log was read to its end; its container took along what else it wrote";

/** Instances that a cursor knows and the engine does not: nobody can say whether they wrote anything after it. */
const missing = (
  { positions = {} }: DriverLogQuery,
  view: ServiceView,
  drained: ReadonlySet<string>,
): readonly DriverLogItem[] => {
  const there = new Set(view.instances.map(({ instance }) => instance));
  const gone = Object.keys(positions).filter((instance) => !there.has(instance) && !drained.has(instance));
  return gone.map((instance) => lostAt({ position: goneAt, instance }, goneReason));
};

/** All instances that there are, each with a position of its own; with `follow` those that come later as well. */
export async function* readServiceLogs(parts: ServiceLogParts, { id, query }: Wanted, call: Call): Items {
  const view = await lookAtService(parts, id, call.signal);
  if (view.wanted === undefined && view.instances.length === 0) throw noSuchService(id, "logs");
  yield missing(query, view, parts.drained);
  const { positions = {}, ...rest } = query;
  const placer = ({ instance }: InstanceEntry): LogPlacer => new LogPlacer(instance, positions[instance] ?? "");
  if (query.follow) return yield* new ServiceFollower(parts, { id, query: rest, placer }).read(call);
  yield* mergeByTime(
    view.instances.map((one) => readInstance(parts, { one, state: { placer: placer(one) }, query: rest }, call)),
  );
}

interface Following {
  readonly id: WorkloadId;
  readonly query: Omit<Reading, "placer">;
  readonly placer: (one: InstanceEntry) => LogPlacer;
}
interface InstanceState {
  placer: LogPlacer;
  busy: Promise<void> | undefined;
  /** It was read here before, so that `since` and `tail` are over. */
  begun: boolean;
}
/** Should the engine's events have left something out. */
const slowLookMs = 30_000;

/** Reads instances as they come, and again when they are started again, until the service is stopped or removed. */
class ServiceFollower {
  readonly #parts: ServiceLogParts;
  readonly #of: Following;
  readonly #merged = new MergedBatches<DriverLogItem>();
  readonly #states = new Map<string, InstanceState>();
  /** Containers of which the engine has told something that may mean more lines. */
  readonly #stirred = new Set<string>();
  #news = true;
  #wake = (): void => {};

  constructor(parts: ServiceLogParts, of: Following) {
    this.#parts = parts;
    this.#of = of;
  }
  async *read({ signal: outer, report }: Call): Items {
    const control = new AbortController();
    const signal = AbortSignal.any([outer, control.signal]);
    const broken = Promise.withResolvers<void>();
    using _listening = this.#parts.events.listen((news) => this.#hear(news, broken.reject));
    try {
      const over = Promise.race([this.#supervise({ signal, report }), broken.promise]);
      yield* this.#merged.read(over, outer);
    } finally {
      control.abort();
    }
  }
  #hear(news: EngineNews, fail: (error: unknown) => void): void {
    if (news.kind === "broken") return fail(news.error);
    if (news.kind === "event" && news.id !== this.#of.id) return;
    if (news.kind === "resync") for (const container of this.#states.keys()) this.#stirred.add(container);
    else if (news.action === "start" || news.action === "die") this.#stirred.add(news.container);
    this.#stir();
  }
  #stir(): void {
    this.#news = true;
    this.#wake();
  }
  async #supervise(call: Call): Promise<void> {
    for (;;) {
      this.#news = false;
      const view = await lookAtService(this.#parts, this.#of.id, call.signal);
      for (const one of view.instances) this.#see(one, call);
      const gone = view.wanted === undefined && view.instances.length === 0;
      if (gone || (view.stopped && view.instances.every(({ up }) => !up))) return this.#finish(view, call);
      if (!this.#news) await this.#rest(call.signal);
    }
  }
  #see(one: InstanceEntry, call: Call): void {
    const state = this.#states.get(one.container) ?? { placer: this.#of.placer(one), busy: undefined, begun: false };
    this.#states.set(one.container, state);
    if (state.busy !== undefined || (state.begun && !this.#stirred.has(one.container))) return;
    this.#stirred.delete(one.container);
    this.#begin({ one, state }, call);
  }
  #begin({ one, state }: { readonly one: InstanceEntry; readonly state: InstanceState }, call: Call): void {
    const { since, tail } = this.#of.query;
    const first = state.begun ? {} : { ...(since !== undefined && { since }), ...(tail !== undefined && { tail }) };
    state.begun = true;
    const reading = readInstance(this.#parts, { one, state, query: { ...first, follow: true } }, call);
    state.busy = this.#merged.add(reading).then(() => {
      state.busy = undefined;
      if (this.#stirred.has(one.container)) this.#stir();
    });
  }
  /** Nothing runs any more: what ended meanwhile is read once more to its end. */
  async #finish({ instances }: ServiceView, call: Call): Promise<void> {
    await this.#settled();
    for (const one of instances) {
      this.#stirred.add(one.container);
      this.#see(one, call);
    }
    await this.#settled();
  }
  async #settled(): Promise<void> {
    for (const { busy } of this.#states.values()) await busy;
  }
  async #rest(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, slowLookMs);
    this.#wake = resolve;
    await orAbort(signal, () => promise).finally(() => clearTimeout(timer));
  }
}
