import type { Clock } from "../clock.ts";
import type { Engine } from "../engine.ts";
import type { EcsDelays } from "./ecs-delays.ts";
import type { LogSink } from "./log-sink.ts";
import type { SecretValues } from "./secret-values.ts";

/** What tasks are run with. */
export interface TaskWorld {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly delays: EcsDelays;
  readonly logs: LogSink;
  readonly secrets: SecretValues;
  /** The image of the container that holds the network of a task with several, on engines that need one. */
  readonly networkImage: string;
}
