import type { NetworkInterface } from "../aws/ec2/network-interfaces.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine.ts";
import type { EcsDelays } from "./ecs-delays.ts";
import type { EcsPlace } from "./ecs-place.ts";
import type { LogSink } from "./log-sink.ts";
import type { SecretValues } from "./secret-values.ts";

/** Who is told of the network interfaces that tasks have. */
export interface InterfaceSink {
  add(place: EcsPlace, one: NetworkInterface): void;
  remove(place: EcsPlace, id: string): void;
}

/** What tasks are run with. */
export interface TaskWorld {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly delays: EcsDelays;
  readonly logs: LogSink;
  readonly secrets: SecretValues;
  readonly interfaces: InterfaceSink;
  /** The image of the container that holds the network of a task with several, on engines that need one. */
  readonly networkImage: string;
}
