import type { ClusterRecord } from "./cluster-record.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import { outcomeOf, troubleOf } from "./ecs-fault-kinds.ts";
import type { EcsState } from "./ecs-state.ts";
import { assignProviders } from "./place-tasks.ts";
import { tagsOfTask } from "./run-task.ts";
import { type ServiceRecord, tasksOf } from "./service-record.ts";
import { ServiceScheduler } from "./service-scheduler.ts";
import type { TaskRecord } from "./task-record.ts";

/** The name under which faults of what services launch are asked for. */
const launchOperation = "ecs:ServiceLaunch";

interface Launching {
  readonly cluster: ClusterRecord;
  readonly service: ServiceRecord;
  readonly deployment: DeploymentRecord;
  readonly changed: () => void;
}

/** How many of a batch that cannot be launched whole are, and why not more. */
function launchTasks(
  state: EcsState,
  { cluster, service, deployment, changed }: Launching,
  count: number,
): { tasks: TaskRecord[]; problem?: string } {
  const { definition, placement, input } = deployment.launch;
  const from = { TASK_DEFINITION: definition.tags, SERVICE: service.tags, NONE: new Map<string, string>() }[
    input.propagateTags ?? "NONE"
  ];
  const tags = tagsOfTask(input, from, cluster);
  if (input.enableECSManagedTags) tags.set("aws:ecs:serviceName", service.name);
  const providers = placement.strategy && assignProviders(placement.strategy, tasksOf(service, deployment).length, count);
  const tasks: TaskRecord[] = [];
  for (let index = 0; index < count; index++) {
    const faults = state.faults.next(launchOperation);
    const { started, reason } = outcomeOf(faults, 1);
    if (started === 0) return { tasks, problem: reason ?? "there is no capacity" };
    const provider = providers?.[index];
    const request = {
      definition,
      group: `service:${service.name}`,
      startedBy: deployment.id,
      ...(provider ? { capacityProvider: provider } : { launchType: "FARGATE" }),
      ...(input.platformVersion !== undefined &&
        input.platformVersion !== "LATEST" && { platformVersion: input.platformVersion }),
      overrides: {},
      ...(input.networkConfiguration && { network: input.networkConfiguration }),
      enableExecuteCommand: input.enableExecuteCommand ?? false,
      tags,
      trouble: troubleOf(faults),
    };
    tasks.push(state.launch(cluster, request, changed));
  }
  return { tasks };
}

/** The scheduler of a service, which is made when it is first asked for. */
export function serviceSchedulerOf(state: EcsState, cluster: ClusterRecord, service: ServiceRecord): ServiceScheduler {
  const known = state.schedulers.get(service.arn);
  // A service that was deleted may have a successor of the same name.
  if (known?.service === service) return known;
  const { clock, delays } = state.world;
  const scheduler: ServiceScheduler = new ServiceScheduler(service, {
    clock,
    delays,
    launch: (of, deployment, count) =>
      launchTasks(state, { cluster, service: of, deployment, changed: () => scheduler.wake() }, count),
    stop: (task, cause) => state.stop(task, cause),
  });
  state.schedulers.set(service.arn, scheduler);
  return scheduler;
}
