import type { GoogleService } from "../google/google-service.ts";
import type { IamPolicies } from "../google/iam-policies.ts";
import { describeService } from "./describe-service.ts";
import { permissionOf } from "./permission-of.ts";
import type { RunWorld } from "./run-world.ts";
import {
  type CreateRequest,
  type ListRequest,
  type NameRequest,
  ServiceRequests,
  type UpdateRequest,
} from "./service-requests.ts";
import type { ServiceSpec } from "./service-shapes.ts";
import type { ServiceStore } from "./service-store.ts";

type CreateServiceRequest = Omit<CreateRequest, "id" | "spec"> & { readonly service: ServiceSpec; readonly serviceId: string };
type UpdateServiceRequest = Omit<UpdateRequest, "spec"> & { readonly service: UpdateRequest["spec"] };
type CreateWorkerPoolRequest = Omit<CreateRequest, "id" | "spec"> & {
  readonly workerPool: ServiceSpec;
  readonly workerPoolId: string;
};
type UpdateWorkerPoolRequest = Omit<UpdateRequest, "spec"> & { readonly workerPool: UpdateRequest["spec"] };

/** google.cloud.run.v2.Services */
export function servicesService(store: ServiceStore, world: RunWorld, policies: IamPolicies): GoogleService {
  const requests = new ServiceRequests(store, world);
  return {
    fullName: "google.cloud.run.v2.Services",
    name: "run",
    permissionOf,
    requiresDeep: true,
    methods: {
      CreateService: ({ service: spec, serviceId: id, ...rest }: CreateServiceRequest) => requests.create({ ...rest, spec, id }),
      GetService: ({ name }: NameRequest) => describeService(requests.find(name)),
      ListServices: (request: ListRequest) => {
        const { items: services, ...rest } = requests.page(request);
        return { services, ...rest };
      },
      UpdateService: ({ service: spec, ...rest }: UpdateServiceRequest) => requests.update({ ...rest, spec }),
      DeleteService: (request: NameRequest) => requests.delete(request),
      ...policies.methods((name) => requests.find(name)),
    },
  };
}

/** google.cloud.run.v2.WorkerPools */
export function workerPoolsService(store: ServiceStore, world: RunWorld, policies: IamPolicies): GoogleService {
  const requests = new ServiceRequests(store, world);
  return {
    fullName: "google.cloud.run.v2.WorkerPools",
    name: "run",
    permissionOf,
    requiresDeep: true,
    methods: {
      CreateWorkerPool: ({ workerPool: spec, workerPoolId: id, ...rest }: CreateWorkerPoolRequest) =>
        requests.create({ ...rest, spec, id }),
      GetWorkerPool: ({ name }: NameRequest) => describeService(requests.find(name)),
      ListWorkerPools: (request: ListRequest) => {
        const { items: workerPools, ...rest } = requests.page(request);
        return { workerPools, ...rest };
      },
      UpdateWorkerPool: ({ workerPool: spec, ...rest }: UpdateWorkerPoolRequest) => requests.update({ ...rest, spec }),
      DeleteWorkerPool: (request: NameRequest) => requests.delete(request),
      ...policies.methods((name) => requests.find(name)),
    },
  };
}
