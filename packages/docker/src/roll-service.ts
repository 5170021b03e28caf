import { defaultReadinessTimeoutMs, LongshoreError, type WorkloadId } from "@longshore/core";
import { type Call, sleep } from "@longshore/core/driver";
import { ChangeFeed } from "./change-feed.ts";
import type { EngineEvents } from "./engine-events.ts";
import { explainUnready } from "./explain-unready.ts";
import { nextServiceStep, type ServiceStep } from "./next-service-step.ts";
import type { ServiceInstances } from "./service-instances.ts";
import { type InstanceEntry, lookAtService, type Revision, type ServiceView, type ViewParts } from "./service-view.ts";

export interface RollParts extends ViewParts {
  readonly events: EngineEvents;
  readonly instances: ServiceInstances;
}
export interface Goal {
  readonly id: WorkloadId;
  readonly operation: string;
  /** What is gone on with for as long as nobody wants another one. */
  readonly revision: Revision;
  /** `started`: whoever began an instance is done; `ready`: once all are, and nothing else is there. */
  readonly until: "started" | "ready";
}
/** How it came out. `unready`: nothing was taken back; `superseded`: somebody wants another revision now. */
export type Rolled =
  | { readonly came: "whole" | "stopped" | "superseded" | "gone"; readonly view: ServiceView }
  | { readonly came: "unready"; readonly view: ServiceView; readonly why: string };

/** For whoever follows the logs of what was ended: so long they can still be read to their end. */
const lingerMs = 1_000;
/** A step that changed nothing is not done again at once. */
const pauseMs = 200;

/** Looks, does the next step, looks again: until all is as the revision says. What another process does meanwhile is fine. */
export class RollService {
  readonly #parts: RollParts;
  readonly #goal: Goal;
  readonly #call: Call;
  /** Names of what was started here. */
  readonly #tried = new Set<string>();
  /** By container, until when it may become ready. */
  readonly #deadlines = new Map<string, number>();
  #endedAt: number | undefined;
  #last = "";

  constructor(parts: RollParts, goal: Goal, call: Call) {
    this.#parts = parts;
    this.#goal = goal;
    this.#call = call;
  }
  async run(): Promise<Rolled> {
    const { events } = this.#parts;
    const { id, revision, until } = this.#goal;
    const { signal } = this.#call;
    using feed = new ChangeFeed(events, id);
    for (;;) {
      const view = await lookAtService(this.#parts, id, signal);
      if (view.wanted === undefined) return { came: "gone", view };
      if (view.stopped) return this.#halt(view);
      if (!isSame(view.wanted, revision)) return { came: "superseded", view };
      const step = nextServiceStep(view, this.#tried);
      if (step === undefined || (until === "started" && step.do === "await")) return { came: "whole", view };
      if (step.do !== "await") await this.#do(step);
      else {
        const why = await this.#unready(step.instances);
        if (why !== undefined) return { came: "unready", view, why };
        await feed.next(signal, this.#patienceMs(step.instances));
      }
    }
  }
  /** What was begun here after somebody stopped the service is ended here. */
  async #halt(view: ServiceView): Promise<Rolled> {
    const begun = view.instances.filter(({ name, up }) => up && this.#tried.has(name));
    for (const one of begun) await this.#parts.instances.stop(one, {}, this.#call.signal);
    return { came: "stopped", view };
  }
  async #do(step: Exclude<ServiceStep, { readonly do: "await" }>): Promise<void> {
    const { instances, volumes } = this.#parts;
    const { signal } = this.#call;
    const { revision } = this.#goal;
    const now = JSON.stringify(step);
    if (now === this.#last) await sleep(pauseMs, signal);
    this.#last = now;
    switch (step.do) {
      case "launch":
        for (const name of await instances.launch(revision, step.slots, this.#call)) this.#tried.add(name);
        return;
      case "return":
        for (const { name } of step.instances) this.#tried.add(name);
        return instances.raise(step.instances, revision, signal);
      case "end":
        await instances.end(step.instances, signal);
        this.#endedAt = performance.now();
        return;
      case "remove":
        return this.#linger() ? sleep(pauseMs, signal) : instances.remove(step.instances, signal);
      case "forget":
        for (const name of step.volumes) await volumes.remove(name, signal);
    }
  }
  /** With a new look behind each pause: somebody may want back what was ended. */
  #linger(): boolean {
    return this.#endedAt !== undefined && performance.now() < this.#endedAt + lingerMs;
  }
  /** Why waiting longer is in vain. */
  async #unready(instances: readonly InstanceEntry[]): Promise<string | undefined> {
    for (const one of instances) {
      const { container, up, entry } = one;
      const late = this.#deadline(container) <= performance.now();
      if (!late && up && !entry.Status.includes("(unhealthy)")) continue;
      const found = await this.#parts.containers.inspect(container, this.#call.signal);
      if (found === undefined) continue;
      const { why, hopeless } = explainUnready(found);
      if (hopeless) return `instance ${one.instance} cannot become ready: ${why}`;
      if (late) return `instance ${one.instance} was not ready within ${this.#readyMs} ms: ${why}`;
    }
    return undefined;
  }
  #deadline(container: string): number {
    const known = this.#deadlines.get(container) ?? performance.now() + this.#readyMs;
    this.#deadlines.set(container, known);
    return known;
  }
  get #readyMs(): number {
    return this.#goal.revision.order.spec.readiness?.timeoutMs ?? defaultReadinessTimeoutMs;
  }
  #patienceMs(instances: readonly InstanceEntry[]): number {
    return Math.min(...instances.map(({ container }) => this.#deadline(container))) - performance.now();
  }
}

/** The number alone could be another one's, where all that bore it was taken away meanwhile. */
const isSame = (one: Revision, other: Revision): boolean =>
  one.number === other.number && one.order.specHash === other.order.specHash;

export const superseded = ({ id, operation }: Goal): LongshoreError =>
  new LongshoreError("somebody else has changed it meanwhile, and that goes on", { code: "conflict", operation, workload: id });
