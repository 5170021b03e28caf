import { GoogleError } from "../google/google-error.ts";
import type { GoogleMessage, GoogleService } from "../google/google-service.ts";
import { paginate, type PageRequest } from "../google/paginate.ts";
import { readName } from "../google/resource-name.ts";
import { anyOf } from "./any-of.ts";
import { describeExecution } from "./describe-execution.ts";
import { describeTask } from "./describe-task.ts";
import type { ExecutionRun } from "./execution-run.ts";
import { checkEtag, type ExecutionRecord, type JobRecord } from "./job-record.ts";
import type { JobStore } from "./job-store.ts";
import { permissionOf } from "./permission-of.ts";
import { parentOf, type RunWorld } from "./run-world.ts";

interface NameRequest {
  readonly name: string;
  readonly validateOnly?: boolean;
  readonly etag?: string;
}

type ListRequest = PageRequest & { readonly parent: string };

const executionPattern = "projects/*/locations/*/jobs/*/executions/*";

/** Of one job, or of every job of a region where a `-` stands for it. */
function jobsAt(jobs: JobStore, parent: string): readonly JobRecord[] {
  const [project = "", location = "", id = ""] = readName("projects/*/locations/*/jobs/*", parent);
  return id === "-" ? jobs.list({ project, location }) : [jobs.get(parent)];
}

const newestFirst = (one: ExecutionRecord, other: ExecutionRecord): number => other.createdAt - one.createdAt;

function operationOn(run: ExecutionRun, work: Promise<void>, { operations }: RunWorld): GoogleMessage {
  const told = (): ReturnType<typeof anyOf> => anyOf("Execution", describeExecution(run.execution));
  return operations.start({ parent: parentOf(run.execution.job.place), metadata: told, work: work.then(told) });
}

function cancel(jobs: JobStore, world: RunWorld, { name, etag, validateOnly }: NameRequest): GoogleMessage {
  readName(executionPattern, name);
  const run = jobs.executions.run(name);
  checkEtag(run.execution, etag);
  if (run.execution.completedAt !== undefined)
    throw new GoogleError("FAILED_PRECONDITION", `Execution '${run.execution.id}' has completed and cannot be cancelled.`);
  if (validateOnly) return operationOn(run, Promise.resolve(), world);
  run.cancel();
  return operationOn(run, run.ended, world);
}

function remove(jobs: JobStore, world: RunWorld, { name, etag, validateOnly }: NameRequest): GoogleMessage {
  readName(executionPattern, name);
  const run = jobs.executions.run(name);
  checkEtag(run.execution, etag);
  return operationOn(run, validateOnly ? Promise.resolve() : jobs.executions.delete(run), world);
}

/** google.cloud.run.v2.Executions */
export const executionsService = (jobs: JobStore, world: RunWorld): GoogleService => ({
  fullName: "google.cloud.run.v2.Executions",
  name: "run",
  permissionOf,
  methods: {
    GetExecution: ({ name }: NameRequest) => {
      readName(executionPattern, name);
      return describeExecution(jobs.executions.run(name).execution);
    },
    ListExecutions: ({ parent, ...request }: ListRequest) => {
      const all = jobsAt(jobs, parent).flatMap((job) => jobs.executions.list(job));
      const { items, ...rest } = paginate(all.sort(newestFirst), request);
      return { executions: items.map(describeExecution), ...rest };
    },
    CancelExecution: (request: NameRequest) => cancel(jobs, world, request),
    DeleteExecution: (request: NameRequest) => remove(jobs, world, request),
  },
});

/** google.cloud.run.v2.Tasks */
export const tasksService = (jobs: JobStore): GoogleService => ({
  fullName: "google.cloud.run.v2.Tasks",
  name: "run",
  permissionOf,
  methods: {
    GetTask: ({ name }: NameRequest) => {
      readName(`${executionPattern}/tasks/*`, name);
      const { execution } = jobs.executions.run(name.split("/").slice(0, -2).join("/"));
      const task = execution.tasks.find((one) => one.name === name);
      if (!task) throw new GoogleError("NOT_FOUND", `Resource '${name}' was not found`);
      return describeTask(task, execution);
    },
    ListTasks: ({ parent, ...request }: ListRequest) => {
      const [, , , id] = readName(executionPattern, parent);
      const [place = ""] = parent.split("/executions/");
      const executions =
        id === "-" ? jobsAt(jobs, place).flatMap((job) => jobs.executions.list(job)) : [jobs.executions.run(parent).execution];
      const all = executions.flatMap((execution) => execution.tasks.map((task) => ({ task, execution, name: task.name })));
      const { items, ...rest } = paginate(all, request);
      return { tasks: items.map(({ task, execution }) => describeTask(task, execution)), ...rest };
    },
  },
});
