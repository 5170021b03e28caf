import type { GoogleCall, GoogleService } from "../google/google-service.ts";
import type { IamPolicies } from "../google/iam-policies.ts";
import type { PageRequest } from "../google/paginate.ts";
import {
  type CreateJobRequest,
  type JobNameRequest,
  JobRequests,
  type RunJobRequest,
  type UpdateJobRequest,
} from "./job-requests.ts";
import type { JobStore } from "./job-store.ts";
import { permissionOf } from "./permission-of.ts";
import type { RunWorld } from "./run-world.ts";

/** google.cloud.run.v2.Jobs */
export function jobsService(jobs: JobStore, world: RunWorld, policies: IamPolicies): GoogleService {
  const requests = new JobRequests(jobs, world);
  return {
    fullName: "google.cloud.run.v2.Jobs",
    name: "run",
    permissionOf,
    requiresDeep: true,
    methods: {
      CreateJob: (request: CreateJobRequest, call: GoogleCall) => requests.create(request, call),
      GetJob: (request: JobNameRequest) => requests.get(request),
      ListJobs: (request: PageRequest & { parent: string }) => requests.list(request),
      UpdateJob: (request: UpdateJobRequest, call: GoogleCall) => requests.update(request, call),
      DeleteJob: (request: JobNameRequest) => requests.delete(request),
      RunJob: (request: RunJobRequest, call: GoogleCall) => requests.run(request, call),
      ...policies.methods((name) => requests.exists(name)),
    },
  };
}
