import { randomUUID } from "node:crypto";
import { exhausted, GoogleError, notFound } from "../google/google-error.ts";
import { parentOf, type RunPlace, type RunWorld } from "./run-world.ts";
import { type RevisionRecord, type ServiceKind, type ServiceRecord, sharesOf } from "./service-record.ts";
import { ServiceDeployment } from "./service-deployment.ts";
import type { RevisionTemplate, ServiceSpec } from "./service-shapes.ts";
import { defaultAccountOf, withContainerDefaults } from "./with-defaults.ts";

/** Documented, of a region. */
const mostServices = 1000;
const collections = { service: "services", "worker-pool": "workerPools" } as const;

const withDefaults = (template: RevisionTemplate, project: string): RevisionTemplate => ({
  ...template,
  containers: template.containers.map(withContainerDefaults),
  serviceAccount: template.serviceAccount || defaultAccountOf(project),
});

/** The services, or the worker pools, of every project and region, and the instances of their revisions. */
export class ServiceStore {
  readonly kind: ServiceKind;
  readonly #world: RunWorld;
  readonly #deployment: ServiceDeployment;
  readonly #services = new Map<string, ServiceRecord>();

  constructor(kind: ServiceKind, world: RunWorld) {
    this.kind = kind;
    this.#world = world;
    this.#deployment = new ServiceDeployment(world);
  }

  /** @throws `NOT_FOUND` */
  get(name: string): ServiceRecord {
    const service = this.#services.get(name);
    if (!service) throw notFound(name);
    return service;
  }

  has(name: string): boolean {
    return this.#services.has(name);
  }

  /** In the order of their names. */
  list(place: RunPlace): readonly ServiceRecord[] {
    const parent = `${parentOf(place)}/`;
    return [...this.#services.values()]
      .filter(({ name }) => name.startsWith(parent))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What would be made, without making it. @throws `ALREADY_EXISTS`, `RESOURCE_EXHAUSTED` */
  plan(place: RunPlace, id: string, spec: ServiceSpec): ServiceRecord {
    const name = `${parentOf(place)}/${collections[this.kind]}/${id}`;
    if (this.#services.has(name)) throw new GoogleError("ALREADY_EXISTS", `Resource '${id}' already exists.`);
    if (this.#world.quotas && this.list(place).length >= mostServices)
      throw exhausted("run.googleapis.com", `run.googleapis.com/${collections[this.kind]}`);
    const now = this.#world.clock.now();
    return {
      kind: this.kind,
      name,
      id,
      place,
      uid: randomUUID(),
      creator: this.#world.caller,
      createdAt: now,
      revisions: new Map(),
      spec: { ...spec, template: withDefaults(spec.template, place.project) },
      generation: 1,
      observedGeneration: 0,
      version: 1,
      updatedAt: now,
      readiness: { state: "pending", at: now },
    };
  }

  add(service: ServiceRecord): void {
    this.#services.set(service.name, service);
  }

  /** How it would stand after an update. */
  replan(service: ServiceRecord, spec: ServiceSpec): ServiceRecord {
    const now = this.#world.clock.now();
    const next = { ...spec, template: withDefaults(spec.template, service.place.project) };
    return {
      ...service,
      spec: next,
      generation: service.generation + 1,
      version: service.version + 1,
      updatedAt: now,
      readiness: { state: "pending", at: now },
    };
  }

  /** Makes it as it is asked for. @throws `FAILED_PRECONDITION` where it cannot be. */
  reconcile(service: ServiceRecord, needsRevision: boolean): Promise<void> {
    return this.#deployment.reconcile(service, needsRevision);
  }

  /** Ends all of it, and leaves nothing. */
  async delete(service: ServiceRecord): Promise<void> {
    service.deletedAt = this.#world.clock.now();
    service.version++;
    await this.#world.clock.sleep(this.#world.delays.reconcile);
    await service.endpoint?.close();
    await Promise.all([...service.revisions.values()].map(({ group }) => group.close()));
    this.#services.delete(service.name);
  }

  /** @throws `FAILED_PRECONDITION` where requests go to it, or it is the latest. */
  async deleteRevision(record: RevisionRecord): Promise<void> {
    const { owner } = record;
    if (owner.latestCreated === record || sharesOf(owner).some(({ revision }) => revision === record))
      throw new GoogleError(
        "FAILED_PRECONDITION",
        `Revision '${record.id}' is the latest, or gets requests, and cannot be deleted.`,
      );
    owner.revisions.delete(record.id);
    await record.group.close();
  }

  async close(): Promise<void> {
    for (const { endpoint, revisions } of this.#services.values()) {
      await endpoint?.close();
      await Promise.all([...revisions.values()].map(({ group }) => group.close()));
    }
  }
}
