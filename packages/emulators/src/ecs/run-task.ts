import type { AwsCall } from "../aws/aws-service.ts";
import { ModelledError } from "../aws/modelled-error.ts";
import type { ClusterRecord } from "./cluster-record.ts";
import { describeTask } from "./describe-task.ts";
import { invalidParameter } from "./ecs-errors.ts";
import { outcomeOf, troubleOf } from "./ecs-fault-kinds.ts";
import type { LaunchInput, RunTaskInput, TaskOverride } from "./ecs-shapes.ts";
import type { EcsState } from "./ecs-state.ts";
import { checkNetworkExists, checkRolesExist } from "./existing-resources.ts";
import { assignProviders, placementOf } from "./place-tasks.ts";
import { readTags, type Tags } from "./tags.ts";
import type { TaskDefinitionRecord } from "./task-definition-record.ts";
import type { TaskRecord, TaskRequest } from "./task-record.ts";

/** Documented limits. */
const tasksPerCall = 10;
const overridesLength = 8192;
const startedByForm = /^[A-Za-z0-9/_:.-]{1,128}$/;

function checkOverrides(overrides: TaskOverride, definition: TaskDefinitionRecord): void {
  if (JSON.stringify(overrides).length > overridesLength)
    throw invalidParameter(`Container overrides length must be at most ${overridesLength} characters.`);
  for (const { name } of overrides.containerOverrides ?? [])
    if (!definition.containers.some((container) => container.name === name))
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
}

function check({ count = 1, startedBy, propagateTags }: RunTaskInput): void {
  if (count < 1 || count > tasksPerCall) throw invalidParameter(`count must be between 1 and ${tasksPerCall}.`);
  if (startedBy !== undefined && !startedByForm.test(startedBy))
    throw invalidParameter("startedBy must be 1 to 128 letters, numbers, hyphens, underscores and slashes.");
  if (propagateTags === "SERVICE") throw invalidParameter("Tags can be propagated from a service only by that service.");
}

/** The tags of a new task: its definition's where that is asked, its own, and those that ECS puts on. */
export function tagsOfTask(
  input: Omit<LaunchInput, "taskDefinition">,
  from: ReadonlyMap<string, string>,
  cluster: ClusterRecord,
): Tags {
  const own = readTags(input.tags);
  const tags: Tags = new Map([...from, ...own]);
  if (input.enableECSManagedTags) tags.set("aws:ecs:clusterName", cluster.name);
  return tags;
}

/** Whoever wants to run commands in a container needs a role for the task. */
export function checkExecuteCommand(
  enabled: boolean | undefined,
  definition: TaskDefinitionRecord,
  overrides: TaskOverride = {},
): void {
  if (enabled && !(overrides.taskRoleArn ?? definition.input.taskRoleArn))
    throw invalidParameter("executeCommand needs a task definition with a taskRoleArn.");
}

function requestOf(input: RunTaskInput, definition: TaskDefinitionRecord, cluster: ClusterRecord): Omit<TaskRequest, "trouble"> {
  const from = input.propagateTags === "TASK_DEFINITION" ? definition.tags : new Map<string, string>();
  return {
    definition,
    group: input.group ?? `family:${definition.family}`,
    ...(input.startedBy !== undefined && { startedBy: input.startedBy }),
    ...(input.platformVersion !== undefined && input.platformVersion !== "LATEST" && { platformVersion: input.platformVersion }),
    overrides: input.overrides ?? {},
    ...(input.networkConfiguration && { network: input.networkConfiguration }),
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    tags: tagsOfTask(input, from, cluster),
  };
}

const answer = (tasks: readonly TaskRecord[], failures: readonly object[]): object => ({
  tasks: tasks.map((task) => describeTask(task, ["TAGS"])),
  failures,
});

/** Starts up to ten tasks. What cannot be placed is told in `failures`, and is no error. */
export function runTask(state: EcsState, input: RunTaskInput, call: AwsCall): object {
  const { count = 1, clientToken, overrides = {} } = input;
  const cluster = state.cluster(call, input.cluster);
  const region = state.region(call);
  check(input);
  const before = clientToken === undefined ? undefined : cluster.tokens.find(clientToken, input, call.at);
  if (before) return answer(before.tasks, before.failures);
  const definition = region.definitions.findActive(input.taskDefinition);
  const placement = placementOf(input, definition, cluster);
  checkOverrides(overrides, definition);
  checkExecuteCommand(input.enableExecuteCommand, definition, overrides);
  checkNetworkExists(state.existing, input.networkConfiguration);
  checkRolesExist(state.existing, definition, overrides);
  const request = requestOf(input, definition, cluster);
  if (state.quotas && !region.launches.take(count)) throw new ModelledError("ThrottlingException", "Rate exceeded");
  const { started, told, reason } = outcomeOf(call.faults, count);
  const providers = placement.strategy && assignProviders(placement.strategy, 0, started);
  const tasks = Array.from({ length: started }, (_, index) => {
    const provider = providers?.[index];
    const where = provider ? { capacityProvider: provider } : { launchType: "FARGATE" };
    return state.launch(cluster, { ...request, ...where, trouble: troubleOf(call.faults) });
  });
  const failures = Array.from({ length: count - told }, () => ({ reason }));
  if (clientToken !== undefined)
    cluster.tokens.remember(clientToken, input, { tasks, failures: failures.slice(0, count - started), at: call.at });
  return answer(tasks.slice(0, told), failures);
}
