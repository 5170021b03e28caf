import { isDeepStrictEqual } from "node:util";
import { applyUpdateMask } from "../google/apply-update-mask.ts";
import type { GoogleMessage } from "../google/google-service.ts";
import type { AnyMessage } from "../google/operation-store.ts";
import { paginate, type PageRequest } from "../google/paginate.ts";
import { readName } from "../google/resource-name.ts";
import { anyOf } from "./any-of.ts";
import { checkActAs } from "./check-act-as.ts";
import { checkService } from "./check-service.ts";
import { describeService } from "./describe-service.ts";
import { checkEtag } from "./job-record.ts";
import { readParent } from "./read-parent.ts";
import { parentOf, type RunWorld } from "./run-world.ts";
import type { ServiceRecord } from "./service-record.ts";
import type { ServiceSpec } from "./service-shapes.ts";
import type { ServiceStore } from "./service-store.ts";
import { checkId } from "./template-problem.ts";

export interface CreateRequest {
  readonly parent: string;
  readonly id: string;
  readonly spec: ServiceSpec;
  readonly validateOnly?: boolean;
}

export interface UpdateRequest {
  readonly spec: ServiceSpec & { readonly name: string };
  readonly updateMask?: string;
  readonly validateOnly?: boolean;
  readonly allowMissing?: boolean;
  readonly forceNewRevision?: boolean;
}

export interface NameRequest {
  readonly name: string;
  readonly validateOnly?: boolean;
  readonly etag?: string;
}

export type ListRequest = PageRequest & { readonly parent: string };

/** What requests do to services, or to worker pools. */
export class ServiceRequests {
  readonly #store: ServiceStore;
  readonly #world: RunWorld;
  readonly #pattern: string;

  constructor(store: ServiceStore, world: RunWorld) {
    this.#store = store;
    this.#world = world;
    this.#pattern = `projects/*/locations/*/${store.kind === "service" ? "services" : "workerPools"}/*`;
  }

  create({ parent, id, spec, validateOnly }: CreateRequest): GoogleMessage {
    const place = readParent(parent);
    checkId(this.#store.kind === "service" ? "CreateServiceRequest.service_id" : "CreateWorkerPoolRequest.worker_pool_id", id);
    checkService(id, spec, this.#store.kind);
    checkActAs(spec.template.serviceAccount, this.#world);
    const service = this.#store.plan(place, id, spec);
    if (validateOnly) return this.#operation(service, Promise.resolve());
    this.#store.add(service);
    return this.#operation(service, this.#store.reconcile(service, true));
  }

  update(request: UpdateRequest): GoogleMessage {
    const { spec: asked, updateMask, validateOnly, allowMissing, forceNewRevision } = request;
    const [project = "", location = "", id = ""] = readName(this.#pattern, asked.name);
    if (allowMissing && !this.#store.has(asked.name))
      return this.create({ parent: parentOf({ project, location }), id, spec: asked, validateOnly: validateOnly ?? false });
    const service = this.#store.get(asked.name);
    checkEtag(service, asked.etag);
    const spec = applyUpdateMask(service.spec, asked, updateMask);
    checkService(id, spec, this.#store.kind);
    checkActAs(spec.template.serviceAccount, this.#world);
    const next = this.#store.replan(service, spec);
    const needsRevision = forceNewRevision === true || !isDeepStrictEqual(next.spec.template, service.spec.template);
    if (validateOnly) return this.#operation(next, Promise.resolve());
    Object.assign(service, next);
    return this.#operation(service, this.#store.reconcile(service, needsRevision));
  }

  delete({ name, validateOnly, etag }: NameRequest): GoogleMessage {
    const service = this.find(name);
    checkEtag(service, etag);
    return this.#operation(service, validateOnly ? Promise.resolve() : this.#store.delete(service));
  }

  find(name: string): ServiceRecord {
    readName(this.#pattern, name);
    return this.#store.get(name);
  }

  page({ parent, ...request }: ListRequest): { readonly items: readonly object[]; readonly nextPageToken?: string } {
    const { items, ...rest } = paginate(this.#store.list(readParent(parent)), request);
    return { items: items.map(describeService), ...rest };
  }

  #operation(service: ServiceRecord, work: Promise<void>): GoogleMessage {
    const type = this.#store.kind === "service" ? "Service" : "WorkerPool";
    const told = (): AnyMessage => anyOf(type, describeService(service));
    return this.#world.operations.start({ parent: parentOf(service.place), metadata: told, work: work.then(told) });
  }
}
