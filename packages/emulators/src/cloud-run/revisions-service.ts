import { notFound } from "../google/google-error.ts";
import type { GoogleService } from "../google/google-service.ts";
import type { AnyMessage } from "../google/operation-store.ts";
import { paginate } from "../google/paginate.ts";
import { anyOf } from "./any-of.ts";
import { describeRevision } from "./describe-service.ts";
import { checkEtag } from "./job-record.ts";
import { readParent } from "./read-parent.ts";
import { permissionOf } from "./permission-of.ts";
import { parentOf, type RunWorld } from "./run-world.ts";
import type { ListRequest, NameRequest } from "./service-requests.ts";
import type { RevisionRecord, ServiceRecord } from "./service-record.ts";
import type { ServiceStore } from "./service-store.ts";

interface Stores {
  readonly services: ServiceStore;
  readonly workerPools: ServiceStore;
}

const storeOf = ({ services, workerPools }: Stores, name: string): ServiceStore =>
  name.includes("/workerPools/") ? workerPools : services;

function ownersAt(stores: Stores, parent: string): readonly ServiceRecord[] {
  const store = storeOf(stores, parent);
  const place = parent.split("/").slice(0, 4).join("/");
  return parent.endsWith("/-") ? store.list(readParent(place)) : [store.get(parent)];
}

function find(stores: Stores, name: string): RevisionRecord {
  const [owner = "", id = ""] = name.split("/revisions/");
  const record = storeOf(stores, name).get(owner).revisions.get(id);
  if (!record) throw notFound(name);
  return record;
}

/** google.cloud.run.v2.Revisions: of services and of worker pools. */
export const revisionsService = (stores: Stores, world: RunWorld): GoogleService => ({
  fullName: "google.cloud.run.v2.Revisions",
  name: "run",
  permissionOf,
  methods: {
    GetRevision: ({ name }: NameRequest) => describeRevision(find(stores, name)),
    ListRevisions: ({ parent, ...request }: ListRequest) => {
      const all = ownersAt(stores, parent).flatMap(({ revisions }) => [...revisions.values()].reverse());
      const { items, ...rest } = paginate(all, request);
      return { revisions: items.map(describeRevision), ...rest };
    },
    DeleteRevision: async ({ name, etag, validateOnly }: NameRequest) => {
      const record = find(stores, name);
      checkEtag(record, etag);
      const told = (): AnyMessage => anyOf("Revision", describeRevision(record));
      if (!validateOnly) await storeOf(stores, name).deleteRevision(record);
      return world.operations.start({ parent: parentOf(record.owner.place), metadata: told, work: Promise.resolve(told()) });
    },
  },
});
