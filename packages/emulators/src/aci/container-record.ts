import type { Clock } from "../clock.ts";
import type { EngineRun } from "../engine.ts";
import { ContainerLog } from "./container-log.ts";
import { EventList } from "./event-list.ts";
import type { ContainerDefinition, InitContainerDefinition, RestartPolicy } from "./group-shapes.ts";

/** As answers have it. */
export interface ContainerState {
  readonly state: "Waiting" | "Running" | "Terminated";
  readonly startTime?: string;
  readonly exitCode?: number;
  readonly finishTime?: string;
  readonly detailStatus: string;
}

/** One container of a group, from the group's deployment to the next one. */
export interface ContainerRecord {
  readonly definition: ContainerDefinition | InitContainerDefinition;
  readonly policy: RestartPolicy;
  readonly events: EventList;
  /** Of its last run. */
  log: ContainerLog;
  restartCount: number;
  current: ContainerState;
  previous?: ContainerState;
  /** It runs for the first time, or has. */
  hasStarted: boolean;
  /** It will not run again. */
  isOver: boolean;
  run?: EngineRun;
}

export const waiting = (detailStatus = ""): ContainerState => ({ state: "Waiting", detailStatus });

export const newContainer = (
  definition: ContainerRecord["definition"],
  policy: RestartPolicy,
  clock: Clock,
): ContainerRecord => ({
  definition,
  policy,
  events: new EventList(clock),
  log: new ContainerLog(),
  restartCount: 0,
  current: waiting(),
  hasStarted: false,
  isOver: false,
});
