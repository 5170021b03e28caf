import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { clientError, invalidParameter } from "./ecs-errors.ts";
import type { RegisterTaskDefinitionInput } from "./ecs-shapes.ts";
import type { EcsRegion, EcsState } from "./ecs-state.ts";
import { paginate, type PageRequest } from "./paginate.ts";
import { writeTags } from "./tags.ts";
import { describeTaskDefinition, type TaskDefinitionRecord } from "./task-definition-record.ts";

const pageLimit = 100;
/** Documented: DeleteTaskDefinitions takes up to so many. */
const deleteLimit = 10;

/** Whether a task that is not over or a service still refers to it. */
const isInUse =
  ({ clusters }: EcsRegion) =>
  (record: TaskDefinitionRecord): boolean =>
    [...clusters.values()].some(
      ({ tasks, services }) =>
        [...tasks.values()].some(({ request, stoppedAt }) => stoppedAt === undefined && request.definition === record) ||
        [...services.values()].some(
          ({ status, deployments }) => status !== "INACTIVE" && deployments.some(({ launch }) => launch.definition === record),
        ),
    );

function register(state: EcsState, input: RegisterTaskDefinitionInput, call: AwsCall): object {
  const record = state.region(call).definitions.register(input, call.at);
  return { taskDefinition: describeTaskDefinition(record), tags: writeTags(record.tags) };
}

interface DescribeInput {
  readonly taskDefinition: string;
  readonly include?: readonly string[];
}

function describe(state: EcsState, { taskDefinition: name, include = [] }: DescribeInput, call: AwsCall): object {
  const region = state.region(call);
  region.definitions.purge(isInUse(region));
  const record = region.definitions.find(name);
  return { taskDefinition: describeTaskDefinition(record), ...(include.includes("TAGS") && { tags: writeTags(record.tags) }) };
}

function deregister(state: EcsState, { taskDefinition: name }: DescribeInput, call: AwsCall): object {
  if (!/:\d+$/.test(name)) throw clientError("TaskDefinition must include a revision.");
  const record = state.region(call).definitions.find(name);
  if (record.status === "DELETE_IN_PROGRESS") throw clientError("The task definition is being deleted.");
  record.status = "INACTIVE";
  record.deregisteredAt ??= call.at;
  return { taskDefinition: describeTaskDefinition(record) };
}

function deleteOne({ definitions }: EcsRegion, name: string, at: number): { record: TaskDefinitionRecord } | { failure: object } {
  try {
    const record = definitions.find(name);
    if (record.status === "ACTIVE")
      return { failure: { arn: record.arn, reason: "The specified task definition is still in ACTIVE status." } };
    record.status = "DELETE_IN_PROGRESS";
    record.deleteRequestedAt ??= at;
    return { record };
  } catch {
    return { failure: { arn: name, reason: "MISSING" } };
  }
}

function deleteMany(
  state: EcsState,
  { taskDefinitions: names }: { readonly taskDefinitions: readonly string[] },
  call: AwsCall,
): object {
  if (names.length === 0 || names.length > deleteLimit)
    throw invalidParameter(`You can delete 1 to ${deleteLimit} task definitions at a time.`);
  const bare = names.find((name) => !/:\d+$/.test(name));
  if (bare !== undefined) throw invalidParameter(`${bare} does not include a revision.`);
  const region = state.region(call);
  const outcomes = names.map((name) => deleteOne(region, name, call.at));
  const answer = {
    taskDefinitions: outcomes.flatMap((outcome) => ("record" in outcome ? [describeTaskDefinition(outcome.record)] : [])),
    failures: outcomes.flatMap((outcome) => ("failure" in outcome ? [outcome.failure] : [])),
  };
  region.definitions.purge(isInUse(region));
  return answer;
}

interface ListInput extends PageRequest {
  readonly familyPrefix?: string;
  readonly status?: string;
  readonly sort?: "ASC" | "DESC";
}

const keyOf = ({ family, revision }: TaskDefinitionRecord): string => `${family}:${String(revision).padStart(10, "0")}`;

function list(state: EcsState, input: ListInput, call: AwsCall): object {
  const { familyPrefix, status = "ACTIVE", sort = "ASC" } = input;
  const region = state.region(call);
  region.definitions.purge(isInUse(region));
  const all = region.definitions
    .all()
    .filter((one) => one.status === status && (familyPrefix === undefined || one.family === familyPrefix));
  const sorted = [...all].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  if (sort === "DESC") sorted.reverse();
  // Whatever the order: a place in it, so that both can be paged.
  const placed = sorted.map((record, index) => ({
    record,
    key: sort === "ASC" ? keyOf(record) : String(index).padStart(10, "0"),
  }));
  const scope = `ListTaskDefinitions ${familyPrefix ?? ""} ${status} ${sort}`;
  const { page, ...rest } = paginate(placed, input, { scope, limit: pageLimit, keyOf: ({ key }) => key });
  return { taskDefinitionArns: page.map(({ record }) => record.arn), ...rest };
}

function listFamilies(state: EcsState, input: ListInput, call: AwsCall): object {
  const { familyPrefix = "", status = "ALL" } = input;
  const region = state.region(call);
  region.definitions.purge(isInUse(region));
  const active = new Map<string, boolean>();
  for (const one of region.definitions.all())
    active.set(one.family, (active.get(one.family) ?? false) || one.status === "ACTIVE");
  const families = [...active].filter(
    ([family, isActive]) => family.startsWith(familyPrefix) && (status === "ALL" || isActive === (status === "ACTIVE")),
  );
  const scope = `ListTaskDefinitionFamilies ${familyPrefix} ${status}`;
  const { page, ...rest } = paginate(families, input, { scope, limit: pageLimit, keyOf: ([family]) => family });
  return { families: page.map(([family]) => family), ...rest };
}

/** What can be asked of task definitions. */
export const taskDefinitionOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  RegisterTaskDefinition: async (input: RegisterTaskDefinitionInput, call) => register(state, input, call),
  DescribeTaskDefinition: async (input: DescribeInput, call) => describe(state, input, call),
  DeregisterTaskDefinition: async (input: DescribeInput, call) => deregister(state, input, call),
  DeleteTaskDefinitions: async (input: { readonly taskDefinitions: readonly string[] }, call) => deleteMany(state, input, call),
  ListTaskDefinitions: async (input: ListInput, call) => list(state, input, call),
  ListTaskDefinitionFamilies: async (input: ListInput, call) => listFamilies(state, input, call),
});
