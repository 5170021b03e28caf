import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { type ClusterRecord, rememberedTasks } from "./cluster-record.ts";
import { describeTask } from "./describe-task.ts";
import { invalidParameter, serviceNotFound } from "./ecs-errors.ts";
import { ecsArn, idOf, pathOf } from "./ecs-place.ts";
import type { RunTaskInput } from "./ecs-shapes.ts";
import type { EcsState } from "./ecs-state.ts";
import { executeCommand, type ExecuteCommandInput } from "./execute-command.ts";
import { paginate } from "./paginate.ts";
import { runTask } from "./run-task.ts";
import type { TaskRecord } from "./task-record.ts";

interface ListTasksInput {
  readonly cluster?: string;
  readonly containerInstance?: string;
  readonly family?: string;
  readonly startedBy?: string;
  readonly serviceName?: string;
  readonly desiredStatus?: string;
  readonly launchType?: string;
  readonly daemonName?: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}

const describeLimit = 100;
const pageLimit = 100;
const reasonLimit = 1024;

/** A task that DescribeTasks does not know yet: see the fault `ecs:missing-after-run`. */
const isHidden = ({ request, createdAt }: TaskRecord, now: number): boolean => now < createdAt + (request.trouble.missingMs ?? 0);

/** The task of an id or an ARN of this cluster. */
function findTask(cluster: ClusterRecord, name: string, now: number): TaskRecord | undefined {
  const path = pathOf("task", name) ?? "";
  const found = rememberedTasks(cluster, now).find(({ id }) => id === path.split("/").at(-1));
  return found && (name === found.arn || !name.startsWith("arn:")) ? found : undefined;
}

function checkFilters(input: ListTasksInput): void {
  const { startedBy, serviceName, family, containerInstance, launchType, desiredStatus, daemonName } = input;
  const others = [serviceName, family, containerInstance, launchType, desiredStatus, daemonName].some((one) => one !== undefined);
  if (startedBy !== undefined && others) throw invalidParameter("cannot specify startedBy with other arguments");
  if (serviceName !== undefined && (family !== undefined || containerInstance !== undefined))
    throw invalidParameter("cannot specify serviceName with other arguments");
}

function matches(task: TaskRecord, input: ListTasksInput): boolean {
  const { family, startedBy, serviceName, launchType, containerInstance, daemonName, desiredStatus = "RUNNING" } = input;
  const { request } = task;
  return (
    task.desiredStatus === desiredStatus &&
    (family === undefined || request.definition.family === family) &&
    (startedBy === undefined || request.startedBy === startedBy) &&
    (serviceName === undefined || request.group === `service:${idOf("service", serviceName)}`) &&
    (launchType === undefined || (request.launchType ?? "FARGATE") === launchType) &&
    containerInstance === undefined &&
    daemonName === undefined
  );
}

function listTasks(state: EcsState, input: ListTasksInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  checkFilters(input);
  const { serviceName, nextToken: _, maxResults: __, ...scope } = input;
  if (serviceName !== undefined && !cluster.services.has(idOf("service", serviceName) ?? "")) throw serviceNotFound();
  const tasks = rememberedTasks(cluster, call.at).filter((task) => matches(task, input) && !isHidden(task, call.at));
  const { page, ...rest } = paginate(tasks, input, {
    scope: `ListTasks ${cluster.arn} ${serviceName ?? ""} ${JSON.stringify(scope)}`,
    limit: pageLimit,
    keyOf: ({ sequence }) => String(sequence).padStart(12, "0"),
  });
  return { taskArns: page.map(({ arn }) => arn), ...rest };
}

interface DescribeTasksInput {
  readonly cluster?: string;
  readonly tasks: readonly string[];
  readonly include?: readonly string[];
}

function describeTasks(state: EcsState, { cluster: name, tasks: names, include }: DescribeTasksInput, call: AwsCall): object {
  const cluster = state.cluster(call, name);
  if (names.length === 0) throw invalidParameter("Tasks cannot be empty.");
  if (names.length > describeLimit) throw invalidParameter(`Tasks cannot have more than ${describeLimit} entries.`);
  const found = names.map((one) => {
    const task = findTask(cluster, one, call.at);
    return { one, task: task && !isHidden(task, call.at) ? task : undefined };
  });
  const arnOf = (one: string): string => (one.startsWith("arn:") ? one : ecsArn(cluster.place, "task", `${cluster.name}/${one}`));
  return {
    tasks: found.flatMap(({ task }) => (task ? [describeTask(task, include)] : [])),
    failures: found.flatMap(({ one, task }) => (task ? [] : [{ arn: arnOf(one), reason: "MISSING" }])),
  };
}

interface StopTaskInput {
  readonly cluster?: string;
  readonly task: string;
  readonly reason?: string;
}

function stopTask(state: EcsState, { cluster: name, task: wanted, reason }: StopTaskInput, call: AwsCall): object {
  const cluster = state.cluster(call, name);
  if (wanted === "") throw invalidParameter("taskId can not be blank.");
  if (reason !== undefined && reason.length > reasonLimit)
    throw invalidParameter(`reason must be at most ${reasonLimit} characters.`);
  const task = findTask(cluster, wanted, call.at);
  if (!task) throw invalidParameter("The referenced task was not found.");
  // Documented: the tags of a task that is stopped are deleted.
  task.tags.clear();
  state.stop(task, { code: "UserInitiated", reason: reason ?? "Task stopped by user" });
  return { task: describeTask(task, ["TAGS"]) };
}

interface StartTaskInput {
  readonly cluster?: string;
  readonly containerInstances: readonly string[];
  readonly taskDefinition: string;
}

/** There are no instances of one's own here, so none of them can be found. */
function startTask(
  state: EcsState,
  { cluster: name, containerInstances, taskDefinition }: StartTaskInput,
  call: AwsCall,
): object {
  const cluster = state.cluster(call, name);
  state.region(call).definitions.findActive(taskDefinition);
  if (containerInstances.length === 0) throw invalidParameter("Container instances cannot be empty.");
  if (containerInstances.length > 10) throw invalidParameter("You can specify up to 10 container instances.");
  const failures = containerInstances.map((one) => ({
    arn: one.startsWith("arn:") ? one : ecsArn(cluster.place, "container-instance", `${cluster.name}/${one}`),
    reason: "MISSING",
  }));
  return { tasks: [], failures };
}

/** What can be asked of tasks. */
export const taskOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  RunTask: async (input: RunTaskInput, call) => runTask(state, input, call),
  StartTask: async (input: StartTaskInput, call) => startTask(state, input, call),
  StopTask: async (input: StopTaskInput, call) => stopTask(state, input, call),
  DescribeTasks: async (input: DescribeTasksInput, call) => describeTasks(state, input, call),
  ListTasks: async (input: ListTasksInput, call) => listTasks(state, input, call),
  ExecuteCommand: async (input: ExecuteCommandInput, call) => {
    const cluster = state.cluster(call, input.cluster);
    return executeCommand(state, input, { task: findTask(cluster, input.task, call.at), cluster, call });
  },
});
