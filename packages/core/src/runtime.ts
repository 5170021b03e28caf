import type { Call, CallOptions, Progress } from "./call.ts";
import { Calls } from "./calls.ts";
import type { Capabilities, Revision } from "./capabilities.ts";
import { Claims } from "./claims.ts";
import { Deadlines } from "./deadlines.ts";
import type { StopIntent } from "./decide-ending.ts";
import { describePlan } from "./describe-plan.ts";
import { followLogs, lastRecords, type LogQuery } from "./follow-logs.ts";
import { Followers } from "./followers.ts";
import type { Host } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import type { LogRecord } from "./log-record.ts";
import { LongshoreError } from "./longshore-error.ts";
import { Observer } from "./observer.ts";
import { neverAborted } from "./or-abort.ts";
import { withinPendingLimit } from "./pending-limit.ts";
import type { Plan } from "./plan.ts";
import { type Reader, readSpec } from "./read-spec.ts";
import { Pauses, retry } from "./retry.ts";
import { Run } from "./run.ts";
import type { DriverLogQuery, Leftover, ListFilter, RuntimeDriver, StopOptions, StopResult } from "./runtime-driver.ts";
import type { SecretMask } from "./secret-mask.ts";
import type { ServiceSpec, TaskSpec, WorkloadSpec } from "./spec.ts";
import { startWorkload } from "./start-workload.ts";
import { sweep, type SweepOptions, type SweepReport } from "./sweep.ts";
import type { Traits } from "./traits.ts";
import { refusal } from "./validate.ts";
import type { DriverInspection, Ending, Inspection, Service, Workload } from "./workload.ts";
import { type Place, wrapCapabilities, type Wrapped } from "./wrap-capabilities.ts";

export interface StartOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void;
}
/** What `openRuntime` makes a runtime of. */
export interface RuntimeParts<C extends Capabilities> {
  readonly name: string;
  readonly driver: RuntimeDriver<C>;
  readonly host: Host;
  readonly traits: Traits;
  readonly reader: Reader;
  readonly mask: SecretMask;
  readonly pollMs: number;
}
type Services = NonNullable<Capabilities["services"]>;
/** With the pauses between them about ten seconds of a backend that comes and goes. */
const mostServiceAttempts = 8;
type Has<C extends Capabilities, K extends keyof Capabilities> = C & { readonly [P in K]-?: NonNullable<Capabilities[P]> };

/** What applications hold. What every backend should do alike lives here, once. Opened by `openRuntime` or a registry. */
export class Runtime<C extends Capabilities = Capabilities> implements AsyncDisposable {
  /** Its name in the config, else the plugin's. */
  readonly name: string;
  /** The plugin's name: the key of its slice in `spec.options`. */
  readonly plugin: string;
  readonly traits: Traits;
  readonly capabilities: Wrapped<C>;
  readonly #parts: RuntimeParts<C>;
  readonly #calls: Calls;
  readonly #claims: Claims;
  readonly #followers = new Followers();
  readonly #observer: Observer;

  constructor(parts: RuntimeParts<C>) {
    const { name, driver, host, traits } = parts;
    this.#parts = parts;
    this.name = name;
    this.plugin = parts.reader.plugin;
    this.traits = traits;
    const mask = (text: string): string => parts.mask.mask(text);
    this.#calls = new Calls({ name, limiter: host.limiter, classify: (error) => driver.classify(error), mask });
    this.#claims = new Claims({ store: host.store, runtime: name, owner: host.owner });
    this.capabilities = wrapCapabilities(driver.capabilities, this.#calls);
    this.#observer = this.#observing(parts);
  }
  #observing({ driver, host, traits, pollMs }: RuntimeParts<C>): Observer {
    const deadlines = new Deadlines({
      clock: host.clock,
      closed: this.#calls.closed,
      end: (id) => this.#end(id, "timed-out", {}),
    });
    const see = traits.timeLimit === "watcher" ? (seen: DriverInspection): void => deadlines.see(seen) : (): void => {};
    const look = (ids: readonly WorkloadId[], signal: AbortSignal): Promise<readonly DriverInspection[]> =>
      this.#calls.call({ operation: "inspect" }, { signal }, (call) => driver.inspect(ids, call));
    const { watch } = driver.capabilities;
    const watching = watch && { watch: (signal: AbortSignal) => watch.watch({}, { signal, report: () => {} }) };
    return new Observer({ look, seen: see, clock: host.clock, pollMs, ...watching }, this.#calls.closed);
  }
  supports<K extends keyof Capabilities>(...names: readonly K[]): this is Runtime<Has<C, K>> {
    return names.every((name) => this.#parts.driver.capabilities[name] !== undefined);
  }
  /** What `start` would send, what it would change, and why it would refuse. Asks nothing of the backend. */
  async plan(spec: WorkloadSpec): Promise<Plan> {
    const { order, problems } = await readSpec(spec, this.#parts.reader);
    if (order === undefined) return { problems, adjustments: [], requests: [] };
    return this.#parts.driver.plan(order);
  }
  /** The plan for people. Secrets stand in it by name. */
  async explain(spec: WorkloadSpec): Promise<string> {
    return describePlan(await this.plan(spec));
  }
  /**
   * The same spec again answers with the one workload there is; another spec under its id is a `conflict`. An abort stops
   * the waiting only: what was begun may still start, and starting the same spec again finds it.
   */
  start(spec: WorkloadSpec, options?: StartOptions): Promise<Workload> {
    const at = { operation: "start", workload: spec.id };
    return this.#calls.call(at, options, async (call) => {
      const revision = await this.#read(spec, at);
      const parts = { driver: this.#parts.driver, calls: this.#calls, claims: this.#claims, ...revision };
      const found = await withinPendingLimit({ spec, driver: this.#parts.driver }, call, (limited) =>
        startWorkload(parts, limited),
      );
      this.#observer.heard(found);
      return found;
    });
  }
  async #read(spec: WorkloadSpec, at: Place): Promise<Revision> {
    const { order, problems } = await readSpec(spec, this.#parts.reader);
    const plan = order === undefined ? undefined : this.#parts.driver.plan(order);
    const refused = plan?.problems ?? problems ?? [];
    if (order === undefined || plan === undefined || refused.length > 0) {
      throw refusal("invalid-spec", { ...at, runtime: this.name }, refused);
    }
    return { order, plan };
  }
  /**
   * Gives a service another spec. Settles once every instance is of the new spec and ready; where that does not come about in
   * `readiness.timeoutMs`, it rejects with `timeout`, and what was ready before stays. An abort leaves it half done: the same
   * update again, in any process, finishes it. Rejects with `not-found` where there is no such service.
   */
  update(spec: ServiceSpec, options?: StartOptions): Promise<Service> {
    const at = { operation: "update", workload: spec.id };
    return this.#calls.call(at, options, async (call) => {
      const revision = await this.#read(spec, at);
      const updated = await this.#service(at, call, (services) => services.update(revision, call));
      await this.#claims.renew(spec.id, revision.order.specHash, call.signal);
      return updated;
    });
  }
  /** Every instance of a service anew, as an update replaces them. Of a stopped service, as `resume`. */
  restart(id: WorkloadId, options?: StartOptions): Promise<Service> {
    const at = { operation: "restart", workload: id };
    return this.#calls.call(at, options, (call) => this.#service(at, call, (services) => services.restart(id, call)));
  }
  /** Takes the stop of a service back: the same service, with its id, its spec and its logs. */
  resume(id: WorkloadId, options?: StartOptions): Promise<Service> {
    const at = { operation: "resume", workload: id };
    return this.#calls.call(at, options, (call) => this.#service(at, call, (services) => services.resume(id, call)));
  }
  /** Again after an ambiguous answer: each verb of a service finishes what an earlier call of it has begun. */
  async #service(at: Place & { readonly workload: WorkloadId }, { signal }: Call, act: (services: Services) => Promise<Service>) {
    const { services } = this.#parts.driver.capabilities;
    if (services === undefined) throw this.#fail(at, "unsupported", "this runtime runs tasks only");
    const when = (error: unknown): boolean => LongshoreError.is(error) && error.ambiguous && !signal.aborted;
    const seen = await retry({ signal, attempts: mostServiceAttempts, when }, async () => {
      try {
        return await act(services);
      } catch (error) {
        throw this.#calls.wrap(at, error);
      }
    });
    this.#observer.heard(seen);
    return seen;
  }
  /** One look. `lost` only where a store remembers that it was there. */
  inspect(id: WorkloadId, options?: CallOptions): Promise<Inspection> {
    return this.#calls.call({ operation: "inspect", workload: id }, options, async (call) => {
      const [seen] = await this.#parts.driver.inspect([id], call);
      return this.#remember(seen ?? { kind: "absent", id }, call.signal);
    });
  }
  /** What there is at once, then whenever it is seen to differ; ends after `absent`, `lost` or the task's end. */
  observe(id: WorkloadId, options?: CallOptions): AsyncIterable<Inspection> {
    const looks = async function* (this: Runtime<C>, signal: AbortSignal): AsyncGenerator<Inspection, void, void> {
      using _observing = this.#observer.enter(id);
      for (let last = ""; ;) {
        const seen = await this.#remember(await this.#observer.next(id, { signal, first: last === "" }), signal);
        const now = JSON.stringify(seen);
        if (now !== last) yield seen;
        last = now;
        if (seen.kind === "absent" || seen.kind === "lost") return;
        if (seen.kind === "task" && seen.state.phase === "exited") return;
      }
    };
    return this.#calls.stream({ operation: "observe", workload: id }, options, ({ signal }) => looks.call(this, signal));
  }
  /** Until nothing of it runs any more, or until the backend cannot show that. Ended or absent is no error. */
  stop(id: WorkloadId, options?: CallOptions & StopOptions): Promise<StopResult> {
    return this.#end(id, "stopped", options ?? {});
  }
  #end(id: WorkloadId, intent: StopIntent, { graceMs, signal }: CallOptions & StopOptions): Promise<StopResult> {
    const wanted = graceMs === undefined ? { intent } : { intent, graceMs };
    return this.#calls.call({ operation: "stop", workload: id }, signal && { signal }, async (call) => {
      const result = await this.#parts.driver.stop(id, wanted, call);
      this.#observer.nudge(id);
      return result;
    });
  }
  /**
   * Stops it where it still runs, lets those who follow its logs here come to their end, and takes away everything that
   * bears the id. Absent is success. With a store, what fails is tried again by the next sweep, in any process.
   */
  remove(id: WorkloadId, options?: CallOptions): Promise<void> {
    return this.#calls.call({ operation: "remove", workload: id }, options, async (call) => {
      await this.#claims.owe(id, call.signal);
      if (this.#followers.follows(id)) {
        await this.#parts.driver.stop(id, { intent: "stopped" }, call);
        await this.#followers.drained(id, call.signal);
      }
      await this.#parts.driver.remove(id, call);
      await this.#claims.settle(id, call.signal);
      this.#observer.nudge(id);
    });
  }
  /** This owner's, in no order. A leftover is what a removal that was cut short left behind. */
  list(filter: ListFilter = {}, options?: CallOptions): AsyncIterable<Workload | Leftover> {
    return this.#calls.stream({ operation: "list" }, options, (call) => this.#parts.driver.list(filter, call));
  }
  /** Whole lines. With `cursor`, goes on right after the record that bore it, in any process. */
  logs(id: WorkloadId, query: LogQuery = {}, options?: CallOptions): AsyncIterableIterator<LogRecord> {
    const at = { operation: "logs", workload: id };
    const { driver, host, mask } = this.#parts;
    const source = {
      open: (wanted: DriverLogQuery, call: Call) => driver.logs(id, wanted, call),
      wrap: (error: unknown) => this.#calls.wrap(at, error),
      mask: (text: string) => mask.mask(text),
      pauses: new Pauses(host.clock),
    };
    const followers = this.#followers;
    return this.#calls.batches(at, options, async function* (call) {
      using _following = followers.enter(id);
      const { tail, follow = false, ...rest } = query;
      if (tail === undefined || query.cursor !== undefined) return yield* followLogs(source, query, call);
      const last = await lastRecords(followLogs(source, { ...rest, tail }, call), tail);
      yield last;
      const cursor = last.at(-1)?.cursor;
      if (follow) yield* followLogs(source, cursor === undefined ? { ...rest, follow } : { ...rest, follow, cursor }, call);
    });
  }
  /** Until the task has ended. Rejects with `not-found` when it is absent, `lost` when it was there; waits on while the backend is unreachable. */
  wait(id: WorkloadId, options?: CallOptions): Promise<Ending> {
    const at = { operation: "wait", workload: id };
    return this.#calls.call(at, options, async ({ signal }) => {
      let known = false;
      for await (const seen of this.observe(id, { signal })) {
        if (seen.kind === "service") throw this.#fail(at, "unsupported", "a service has no end to wait for");
        if (seen.kind === "task" && seen.state.phase === "exited") return seen.state;
        if (seen.kind === "lost" || (seen.kind === "absent" && known)) throw this.#fail(at, "lost", "it was there and is gone");
        if (seen.kind === "absent") throw this.#fail(at, "not-found", "no such workload");
        known ||= seen.kind === "task";
      }
      throw this.#fail(at, "internal", "the observation ended early");
    });
  }
  /** Starts at once. Leaving the loop detaches: the task lives on, and `run` with the same spec finds it again. */
  run(spec: TaskSpec, options?: CallOptions): Run {
    return new Run(this, spec, options?.signal ?? neverAborted());
  }
  /** Takes away what removals left behind, and stops tasks past their time limit. */
  sweep(options: SweepOptions & CallOptions): Promise<SweepReport> {
    const { clock } = this.#parts.host;
    const verbs = {
      list: (filter: ListFilter, given: CallOptions) => this.list(filter, given),
      end: (id: WorkloadId, given: CallOptions) => this.#end(id, "timed-out", given),
      remove: (id: WorkloadId, given: CallOptions) => this.remove(id, given),
      debts: (signal: AbortSignal) => this.#claims.debts(signal),
    };
    return this.#calls.call({ operation: "sweep" }, options, ({ signal }) => sweep(verbs, { ...options, clock, signal }));
  }
  /** Rejects when the backend does not answer, or refuses us. */
  ping(options?: CallOptions): Promise<void> {
    return this.#calls.call({ operation: "ping" }, options, (call) => this.#parts.driver.ping(call));
  }
  /** Ends every call and stream of this runtime with `closed`; touches no workload. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#calls.close();
    await this.#parts.driver[Symbol.asyncDispose]();
  }
  async #remember(seen: DriverInspection, signal: AbortSignal): Promise<Inspection> {
    if (seen.kind !== "absent") return seen;
    const claim = await this.#claims.get(seen.id, signal);
    return claim?.phase === "started" ? { kind: "lost", id: seen.id, specHash: claim.specHash } : seen;
  }
  #fail(
    at: { readonly operation: string; readonly workload: WorkloadId },
    code: "not-found" | "lost" | "unsupported" | "internal",
    why: string,
  ): LongshoreError {
    return this.#calls.error(at, { code }, new Error(why));
  }
}
