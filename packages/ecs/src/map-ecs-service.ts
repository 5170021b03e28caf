import type { Service as EcsService, Task as EcsTask } from "@aws-sdk/client-ecs";
import { instant, type Instance, type Service } from "@longshore/core";
import type { Facts } from "./definitions.ts";
import { mapTaskState } from "./map-task-state.ts";
import { lastPart } from "./native-names.ts";
import type { Record } from "./records.ts";

export interface SeenService {
  readonly service: EcsService;
  /** Of its newest spec. */
  readonly facts: Facts;
  /** All that ECS remembers, ended ones too. */
  readonly tasks: readonly EcsTask[];
}
/** ECS says UNKNOWN where there is no health check, or before its first result. */
export const isReady = (task: EcsTask, probed: boolean): boolean =>
  task.lastStatus === "RUNNING" && task.desiredStatus === "RUNNING" && (!probed || task.healthStatus === "HEALTHY");
/** Ended by itself; what ECS ends to make room or to replace is no restart. */
const hasFallen = ({ stopCode }: EcsTask): boolean => stopCode !== undefined && stopCode !== "ServiceSchedulerInitiated";

function toInstance(task: EcsTask, { service, facts }: SeenService): Instance {
  const { phase } = mapTaskState(task);
  return {
    instance: lastPart(task.taskArn ?? ""),
    phase,
    ready: isReady(task, facts.probed),
    restarts: 0,
    current: task.taskDefinitionArn === service.taskDefinition,
  };
}

/** Told of whichever came in its place: ECS does not say. */
function withEnding([first, ...others]: readonly Instance[], restarts: number, ended: EcsTask | undefined): readonly Instance[] {
  if (first === undefined) return [];
  const lastEnding = ended === undefined ? undefined : mapTaskState(ended);
  return [lastEnding?.phase === "exited" ? { ...first, restarts, lastEnding } : first, ...others];
}

/** Pure. ECS runs a new task in place of one that has ended, so that restarts are those that it still remembers. */
export function mapService(record: Record, seen: SeenService): Service {
  const { service, facts, tasks } = seen;
  const live = tasks.filter((task) => mapTaskState(task).phase !== "exited");
  const fallen = tasks.filter(hasFallen);
  const ended = fallen.findLast((task) => mapTaskState(task).phase === "exited");
  // Between two tries of ECS nothing is there but what has fallen.
  const waits = live.length === 0 && ended !== undefined && (service.desiredCount ?? 0) > 0;
  const instances = (waits ? [ended] : live).map((task): Instance => toInstance(task, seen));
  const told = withEnding(instances, fallen.length, ended);
  return {
    kind: "service",
    id: record.id,
    nativeId: service.serviceArn ?? record.name,
    specHash: facts.specHash,
    labels: facts.labels,
    createdAt: instant(record.createdAt),
    state: {
      desired: service.desiredCount ?? 0,
      ready: instances.filter(({ ready }) => ready).length,
      restarts: fallen.length,
      instances: told,
    },
  };
}
