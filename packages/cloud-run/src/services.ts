import type { protos } from "@google-cloud/run";
import { instant, type Leftover, type Owner, type Service, type WorkloadId } from "@longshore/core";
import type { DriverInspection } from "@longshore/core/driver";
import type { CallOptions } from "google-gax";
import { codeOf, status } from "./classify-cloud-run-error.ts";
import { type CloudRunApi, type Page, unlessMissing } from "./cloud-run-api.ts";
import { mapService, type Resource, type Revision, type SeenService } from "./map-service-state.ts";
import { idOf, label, lastPart, resourceName } from "./native-names.ts";
import type { Followed } from "./log-reader.ts";
import type { CloudRunRequest } from "./to-cloud-run-request.ts";
import { toNanos, whenever } from "./timestamps.ts";

export type Kind = SeenService["kind"];
export interface Found {
  readonly kind: Kind;
  readonly resource: Resource;
}
export interface AllServices {
  readonly services: ReadonlyMap<WorkloadId, SeenService>;
  readonly leaving: readonly Found[];
}
const isLeaving = ({ resource }: Found): boolean => resource.deleteTime != null;
type CreateRequest = Exclude<CloudRunRequest, { readonly request: "CreateJobRequest" }>;

const pageSize = 1000;
const collections = { service: "services", pool: "workerPools" } as const;
const verbs = { service: "Service", pool: "WorkerPool" } as const;

/** Services and worker pools of Cloud Run: each call of its API that speaks of one. */
export class Services {
  readonly #api: CloudRunApi;
  readonly #owner: Owner;

  constructor(api: CloudRunApi, owner: Owner) {
    this.#api = api;
    this.#owner = owner;
  }
  /** Undefined where there is none. One that is being deleted is still there. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<Found | undefined> {
    const kinds = ["service", "pool"] as const;
    const found = await Promise.all(kinds.map((kind) => this.get(kind, this.#nameOf(kind, id), signal)));
    return found.find((one) => one !== undefined);
  }
  async get(kind: Kind, name: string, signal: AbortSignal): Promise<Found | undefined> {
    const { services, workerPools } = this.#api.clients;
    const send = (options: CallOptions): Promise<Resource> =>
      kind === "service"
        ? services.getService({ name }, options).then(([resource]) => resource as Resource)
        : workerPools.getWorkerPool({ name }, options).then(([resource]) => resource as Resource);
    const resource = await unlessMissing(() => this.#api.call(`Get${verbs[kind]}`, signal, send));
    return resource && { kind, resource };
  }
  async look(id: WorkloadId, signal: AbortSignal): Promise<SeenService | undefined> {
    const found = await this.find(id, signal);
    return found && this.see(found, signal);
  }
  async see({ kind, resource }: Found, signal: AbortSignal): Promise<SeenService> {
    return { kind, resource, revisions: await this.#revisions(resource.name ?? "", signal) };
  }
  #revisions(parent: string, signal: AbortSignal): Promise<readonly Revision[]> {
    const { revisions } = this.#api.clients;
    const pages = this.#api.pages<Revision>("ListRevisions", signal, async (pageToken, options) => {
      const [items, , answer] = await revisions.listRevisions({ parent, pageSize, pageToken }, options);
      return { items, next: answer?.nextPageToken };
    });
    return Array.fromAsync(pages);
  }
  /** All of the owner's, and apart those that are on their way out: by a listing of each kind and of its revisions. */
  async lookAll(signal: AbortSignal): Promise<AllServices> {
    const all = await Array.fromAsync(this.#list(signal));
    const [found, leaving] = [all.filter((one) => !isLeaving(one)), all.filter(isLeaving)];
    const kinds = [...new Set(found.map(({ kind }) => kind))];
    const lists = await Promise.all(kinds.map((kind) => this.#revisions(`${this.#api.parent}/${collections[kind]}/-`, signal)));
    const byOwner = Map.groupBy(lists.flat(), ({ name }) => (name ?? "").split("/revisions/")[0]);
    const seen = found.map(({ kind, resource }): readonly [WorkloadId, SeenService] => [
      idOf(resource, this.#owner) as WorkloadId,
      { kind, resource, revisions: byOwner.get(resource.name ?? "") ?? [] },
    ]);
    return { services: new Map(seen), leaving };
  }
  async inspect(id: WorkloadId, signal: AbortSignal): Promise<DriverInspection> {
    const found = await this.find(id, signal);
    if (found === undefined || isLeaving(found)) return { kind: "absent", id };
    return mapService(id, await this.see(found, signal));
  }
  async *all(signal: AbortSignal): AsyncGenerator<Service | Leftover, void, void> {
    const seen = await this.lookAll(signal);
    for (const [id, one] of seen.services) yield mapService(id, one);
    for (const { kind, resource } of seen.leaving) {
      const id = idOf(resource, this.#owner) as WorkloadId;
      const createdAt = whenever(resource.createTime) ?? instant(0);
      yield { kind: "leftover", id, what: kind, nativeId: resource.name ?? "", createdAt };
    }
  }
  /** How its log is read; undefined where there is none. */
  async followed(id: WorkloadId, signal: AbortSignal): Promise<Followed | undefined> {
    const found = await this.find(id, signal);
    if (found === undefined) return undefined;
    const { kind, resource } = found;
    const name = resource.name ?? "";
    const ended = async (until: AbortSignal): Promise<number | undefined> => {
      const now = await this.get(kind, name, until);
      if (now === undefined || now.resource.uid !== resource.uid) return 0;
      const seen = mapService(id, await this.see(now, until));
      const { desired, instances } = seen.state;
      return desired === 0 && instances.length === 0 ? Number(toNanos(now.resource.updateTime ?? {}) / 1_000_000n) : undefined;
    };
    return { source: { kind, name: lastPart(name) }, born: toNanos(resource.createTime ?? {}), ended };
  }
  /** False where the name is taken already. */
  async create({ request, input }: CreateRequest, signal: AbortSignal): Promise<boolean> {
    const { services, workerPools } = this.#api.clients;
    const send = (options: CallOptions): Promise<unknown> =>
      request === "CreateServiceRequest"
        ? services.createService(input as protos.google.cloud.run.v2.ICreateServiceRequest, options)
        : workerPools.createWorkerPool(input as protos.google.cloud.run.v2.ICreateWorkerPoolRequest, options);
    try {
      await this.#api.call(request.replace("Request", ""), signal, send);
      return true;
    } catch (error) {
      if (codeOf(error) === status.alreadyExists) return false;
      throw error;
    }
  }
  /** False where somebody else was quicker, by the etag. */
  async update({ kind, resource }: Found, signal: AbortSignal): Promise<boolean> {
    const { services, workerPools } = this.#api.clients;
    const send = (options: CallOptions): Promise<unknown> =>
      kind === "service"
        ? services.updateService({ service: resource }, options)
        : workerPools.updateWorkerPool({ workerPool: resource }, options);
    try {
      await this.#api.call(`Update${verbs[kind]}`, signal, send);
      return true;
    } catch (error) {
      if (codeOf(error) === status.aborted) return false;
      throw error;
    }
  }
  /** Absent is no error. */
  async delete({ kind, resource }: Found, signal: AbortSignal): Promise<void> {
    const { services, workerPools } = this.#api.clients;
    const name = resource.name ?? "";
    const send = (options: CallOptions): Promise<unknown> =>
      kind === "service" ? services.deleteService({ name }, options) : workerPools.deleteWorkerPool({ name }, options);
    await unlessMissing(() => this.#api.call(`Delete${verbs[kind]}`, signal, send));
  }
  #nameOf(kind: Kind, id: WorkloadId): string {
    return `${this.#api.parent}/${collections[kind]}/${resourceName(this.#owner, id)}`;
  }
  async *#list(signal: AbortSignal): AsyncGenerator<Found, void, void> {
    for (const kind of ["service", "pool"] as const) {
      const pages = this.#api.pages<Resource>(`List${verbs[kind]}s`, signal, (token, options) =>
        this.#page(kind, token, options),
      );
      for await (const resource of pages) {
        const isOurs = idOf(resource, this.#owner) !== undefined && resource.labels?.[label.kind] === "service";
        if (isOurs) yield { kind, resource };
      }
    }
  }
  async #page(kind: Kind, pageToken: string, options: CallOptions): Promise<Page<Resource>> {
    const { services, workerPools } = this.#api.clients;
    const request = { parent: this.#api.parent, pageSize, pageToken };
    const [items, , answer] =
      kind === "service" ? await services.listServices(request, options) : await workerPools.listWorkerPools(request, options);
    return { items: items as Resource[], next: answer?.nextPageToken };
  }
}
