import { randomInt, randomUUID } from "node:crypto";
import { GoogleError } from "../google/google-error.ts";
import { InstanceGroup } from "./instance-group.ts";
import type { Instance } from "./instance.ts";
import type { Readiness } from "./job-record.ts";
import { readinessOf } from "./readiness-of.ts";
import type { RunWorld } from "./run-world.ts";
import { ServiceEndpoint } from "./service-endpoint.ts";
import { type RevisionRecord, type ServiceRecord, sharesOf } from "./service-record.ts";
import { startInstance } from "./start-instance.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

const failedBy = (at: number, reason: string, error: unknown): Readiness => ({
  state: "failed",
  at,
  reason,
  message: (error as Error).message,
});

/** How many instances a revision is to have without any request. */
function keptInstances({ kind, spec }: ServiceRecord, { template }: RevisionRecord): number {
  const { scalingMode, manualInstanceCount, minInstanceCount = 0 } = spec.scaling ?? {};
  if (kind === "worker-pool") return manualInstanceCount ?? 1;
  if (scalingMode === "MANUAL") return manualInstanceCount ?? 0;
  return Math.max(minInstanceCount, template.scaling?.minInstanceCount ?? 0);
}

/** Makes services and worker pools as they are asked for: revisions, the instances of each, and where requests go. */
export class ServiceDeployment {
  readonly #world: RunWorld;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  /** Makes it as it is asked for: a new revision, ready, with the requests. @throws `FAILED_PRECONDITION` where it cannot be. */
  async reconcile(service: ServiceRecord, needsRevision: boolean): Promise<void> {
    const { clock } = this.#world;
    const { generation } = service;
    try {
      if (service.kind === "service" && !service.endpoint) await this.#open(service);
      if (needsRevision) await this.#deploy(service);
      if (service.generation !== generation) return;
      service.readiness = { state: "ready", at: clock.now() };
    } catch (error) {
      service.readiness = failedBy(clock.now(), "REVISION_FAILED", error);
      throw new GoogleError("FAILED_PRECONDITION", (error as Error).message);
    } finally {
      service.observedGeneration = Math.max(service.observedGeneration, generation);
      service.version++;
      this.#scale(service);
    }
  }

  async #open(service: ServiceRecord): Promise<void> {
    const endpoint = new ServiceEndpoint(() => this.#answering(service));
    await endpoint.listen();
    service.endpoint = endpoint;
  }

  /** By the percentages of the revisions. */
  async #answering(service: ServiceRecord): Promise<Instance> {
    const shares = sharesOf(service).filter(({ target }) => (target.percent ?? 0) > 0);
    let drawn = randomInt(100);
    const chosen = shares.find(({ target }) => (drawn -= target.percent ?? 0) < 0) ?? shares[0];
    if (!chosen) throw new Error("no revision is ready");
    const { revision } = chosen;
    const isOff = service.spec.scaling?.scalingMode === "MANUAL" && keptInstances(service, revision) === 0;
    if (isOff) throw new Error("the service is scaled to no instances");
    return revision.group.take();
  }

  async #deploy(service: ServiceRecord): Promise<void> {
    const { clock } = this.#world;
    const record = this.#revise(service);
    const ready = await readinessOf(record.template.containers, service.place.project, this.#world);
    record.readiness = ready;
    if (ready.state === "failed")
      throw new Error(`Revision '${record.id}' is not ready and cannot serve traffic. ${ready.message}`);
    try {
      // Even one that is to have no instances is started once, to see whether it can be.
      await record.group.begin();
    } catch (error) {
      record.readiness = failedBy(clock.now(), "UNKNOWN", error);
      throw new Error(`Revision '${record.id}' is not ready and cannot serve traffic. ${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      record.updatedAt = clock.now();
      record.version++;
    }
    record.readiness = { state: "ready", at: clock.now() };
    if (service.latestCreated === record) service.latestReady = record;
  }

  #revise(service: ServiceRecord): RevisionRecord {
    const { template } = service.spec;
    const now = this.#world.clock.now();
    const random = Array.from({ length: 3 }, () => letters[randomInt(letters.length)]).join("");
    const id = template.revision || `${service.id}-${String(service.generation).padStart(5, "0")}-${random}`;
    if (service.revisions.has(id)) throw new Error(`Revision '${id}' exists already.`);
    const record: RevisionRecord = {
      name: `${service.name}/revisions/${id}`,
      id,
      uid: randomUUID(),
      creator: this.#world.caller,
      createdAt: now,
      template,
      owner: service,
      group: new InstanceGroup(this.#world, () => startInstance(record, this.#world)),
      version: 1,
      updatedAt: now,
      readiness: { state: "pending", at: now },
    };
    service.revisions.set(id, record);
    service.latestCreated = record;
    return record;
  }

  /** As many instances of each revision as it is to have now. */
  #scale(service: ServiceRecord): void {
    const chosen = new Set(sharesOf(service).map(({ revision }) => revision));
    for (const revision of service.revisions.values()) {
      const kept = chosen.has(revision) && service.deletedAt === undefined ? keptInstances(service, revision) : 0;
      const { group } = revision;
      const isAutomatic = service.kind === "service" && service.spec.scaling?.scalingMode !== "MANUAL" && chosen.has(revision);
      if (!isAutomatic || group.running < kept) group.want(kept);
      else group.keep(kept);
    }
  }
}
