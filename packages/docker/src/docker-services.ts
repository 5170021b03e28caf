import { type Host, type Service, type Workload, type WorkloadId } from "@longshore/core";
import { type Call, noSuchService, type Order, resolveSecrets, type Revision as Asked } from "@longshore/core/driver";
import { failedVolume, label, serviceStopVolume } from "./container-names.ts";
import type { DockerOptions } from "./docker-config.ts";
import type { Engine } from "./engine.ts";
import { neverReady } from "./explain-unready.ts";
import { mapContainer } from "./map-container-state.ts";
import { mapLimited } from "./map-limited.ts";
import { mapService } from "./map-service-state.ts";
import { ensureImage } from "./pull-image.ts";
import { type NewRevision, recordFailure, recordRevision } from "./record-revision.ts";
import { removeService } from "./remove-service.ts";
import { type Goal, RollService, type RollParts, superseded } from "./roll-service.ts";
import { known, type Known, lookAtService, type Revision } from "./service-view.ts";
import { restartPolicyOf } from "./to-container-body.ts";
import type { Bearer } from "./to-container-request.ts";

export interface ServicesParts extends RollParts {
  readonly engine: Engine;
  readonly host: Host;
  readonly bearer: Bearer;
}
type ServiceOrder = Revision["order"];
const isWhole = ({ wanted, instances, revisions }: Known): boolean =>
  revisions.length === 1 && instances.every(({ current }) => current) && instances.length === (wanted.order.spec.replicas ?? 1);

/** The verbs that make a service what it is to be. All of them come down to a record of what is wanted, and going there. */
export class DockerServices {
  readonly #parts: ServicesParts;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
  }
  /** Until every instance was begun; not until it is ready. */
  async start(order: Order<DockerOptions>, call: Call): Promise<Workload> {
    const { containers } = this.#parts;
    const { spec, specHash } = order as ServiceOrder;
    const task = await containers.find(spec.id, call.signal);
    if (task !== undefined) return mapContainer(task, undefined);
    const view = await this.#begun(order as ServiceOrder, call);
    const { wanted } = view;
    if (wanted.order.specHash !== specHash || view.stopped) return this.describe(view, call);
    if (!isWhole(view)) await this.#prepare(wanted.order, call);
    const isUpdating = view.instances.some(({ current }) => !current);
    const goal = { id: spec.id, operation: "start", revision: wanted, until: isUpdating ? "ready" : "started" } as const;
    const { view: last } = await new RollService(this.#parts, goal, call).run();
    return this.describe(known(last, spec.id, "start"), call);
  }
  /** Undefined where there is none; one request then. */
  async find(id: WorkloadId, call: Call): Promise<Service | undefined> {
    const { volumes, owner } = this.#parts;
    const marks = await volumes.list({ [label.owner]: owner, [label.id]: id, [label.purpose]: "revision" }, call.signal);
    if (marks.length === 0) return undefined;
    const view = await lookAtService(this.#parts, id, call.signal);
    return view.wanted === undefined ? undefined : this.describe(view as Known, call);
  }
  /** Recorded, by whomever. What a removal left behind that was cut short goes first: it is of another service. */
  async #begun(order: ServiceOrder, call: Call): Promise<Known> {
    const { id } = order.spec;
    const view = await lookAtService(this.#parts, id, call.signal);
    if (view.wanted !== undefined) return view as Known;
    if (view.instances.length + view.volumes.length > 0) await removeService(this.#parts, id, call);
    await this.#prepare(order, call);
    await recordRevision(this.#parts, { order, restart: false, view }, call.signal);
    return known(await lookAtService(this.#parts, id, call.signal), id, "start");
  }
  /** What can fail before anything is changed. */
  async #prepare(order: ServiceOrder, call: Call): Promise<void> {
    await ensureImage(this.#parts, order.spec, call);
    await resolveSecrets(order.spec, this.#parts.host, call.signal);
  }
  async update({ order }: Asked, call: Call): Promise<Service> {
    const { id } = order.spec;
    const view = known(await lookAtService(this.#parts, id, call.signal), id, "update");
    const same = view.wanted.order.specHash === order.specHash;
    const revision = same ? view.wanted : await this.#record({ order: order as ServiceOrder, restart: false }, view, call);
    return this.#roll({ id, operation: "update", revision, until: "ready" }, call);
  }
  async restart(id: WorkloadId, call: Call): Promise<Service> {
    const view = known(await lookAtService(this.#parts, id, call.signal), id, "restart");
    if (view.stopped) return this.resume(id, call);
    const { wanted } = view;
    const isUnfinished = wanted.restart && view.revisions.length > 1;
    const revision = isUnfinished ? wanted : await this.#record({ order: wanted.order, restart: true }, view, call);
    return this.#roll({ id, operation: "restart", revision, until: "ready" }, call);
  }
  async #record(next: NewRevision, view: Known, call: Call): Promise<Revision> {
    await this.#prepare(next.order, call);
    return recordRevision(this.#parts, { ...next, view }, call.signal);
  }
  /** The mark of the stop goes once all were started: until then the service is stopped, and this is done again. */
  async resume(id: WorkloadId, call: Call): Promise<Service> {
    const view = known(await lookAtService(this.#parts, id, call.signal), id, "resume");
    if (view.stopped) await this.#raise(view, call);
    else if (!isWhole(view)) return this.describe(view, call);
    return this.#come({ id, operation: "resume", revision: view.wanted, until: "ready" }, call);
  }
  async #raise({ wanted, instances: all }: Known, call: Call): Promise<void> {
    const { instances, volumes, containers } = this.#parts;
    const { id, replicas = 1 } = wanted.order.spec;
    const there = all.filter(({ current, slot, unstarted }) => current && !unstarted && slot < replicas);
    const missing = Array.from({ length: replicas }, (_, slot) => slot).filter((slot) => !there.some((one) => one.slot === slot));
    if (missing.length > 0) {
      await this.#prepare(wanted.order, call);
      await instances.launch(wanted, missing, call);
    }
    await instances.raise(there, wanted, call.signal);
    await volumes.remove(serviceStopVolume(containers.name(id)), call.signal);
    const [one] = there;
    // The engine tells nobody of volumes; of this, which changes nothing, it tells all who watch.
    if (one !== undefined) await containers.restartPolicy(one.container, restartPolicyOf(wanted.order.spec), call.signal);
  }
  /** What does not become ready is taken back, where there is something to go back to. */
  async #roll(goal: Goal, call: Call): Promise<Service> {
    const { id, operation, revision } = goal;
    const rolled = await new RollService(this.#parts, goal, call).run();
    const former = rolled.view.revisions.filter(({ number }) => number < revision.number).at(-1);
    if (rolled.came !== "unready" || former === undefined) return this.#outcome(goal, rolled, call);
    const { containers } = this.#parts;
    await recordFailure(this.#parts, { name: containers.name(id), revision }, call.signal);
    const back = { id, operation, revision: former, until: "ready" } as const;
    const { came } = await new RollService(this.#parts, back, call).run();
    const how = came === "whole" ? "the spec before it is back" : "the spec before it is on its way back";
    throw neverReady(id, operation, `${rolled.why}; ${how}`);
  }
  async #come(goal: Goal, call: Call): Promise<Service> {
    return this.#outcome(goal, await new RollService(this.#parts, goal, call).run(), call);
  }
  async #outcome(goal: Goal, rolled: Awaited<ReturnType<RollService["run"]>>, call: Call): Promise<Service> {
    const { id, operation, revision } = goal;
    const view = known(rolled.view, id, operation);
    switch (rolled.came) {
      case "whole":
      case "stopped":
        return this.describe(view, call);
      case "unready":
        throw neverReady(id, operation, rolled.why);
      case "gone":
        throw noSuchService(id, operation);
      case "superseded": {
        const mark = failedVolume(this.#parts.containers.name(id), revision.number);
        if (!view.volumes.some(({ Name }) => Name === mark)) throw superseded(goal);
        throw neverReady(id, operation, "another process found that it does not become ready, and took it back");
      }
    }
  }
  async describe(view: Known, { signal }: Call): Promise<Service> {
    const { containers } = this.#parts;
    const found = await mapLimited(view.instances, ({ container }) => containers.inspect(container, signal));
    const seen = found.filter((one) => one !== undefined).map((one) => [one.Id, one] as const);
    const { wanted } = view;
    return mapService({ nativeId: containers.name(wanted.order.spec.id), view, wanted, containers: new Map(seen) });
  }
}
