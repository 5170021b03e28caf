import type { EngineContainer, EngineRun } from "../engine.ts";
import { readCpu, readMemory } from "./fargate-sizes.ts";
import type { ContainerRecord, TaskRecord } from "./task-record.ts";

export interface ContainerContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly networkOf?: EngineRun;
}

const unitsPerProcessor = 1024;

/** What the engine is asked to run for a container of a task. */
export function toEngineContainer(container: ContainerRecord, task: TaskRecord, context: ContainerContext): EngineContainer {
  const { definition, override } = container;
  const { definition: all, overrides } = task.request;
  const memoryMiB = override.memory ?? definition.memory ?? (overrides.memory ? readMemory(overrides.memory) : all.memory);
  // A container's own units are a share among those of the task, and no limit.
  const units = overrides.cpu ? readCpu(overrides.cpu) : all.cpu;
  const command = override.command ?? definition.command;
  return {
    name: `${task.id.slice(0, 12)}-${definition.name}`,
    image: definition.image ?? "",
    environment: context.environment,
    ...(definition.entryPoint?.length && { entrypoint: definition.entryPoint }),
    ...(command?.length && { command }),
    ...(definition.user && { user: definition.user }),
    ...(definition.workingDirectory && { workingDirectory: definition.workingDirectory }),
    ...(memoryMiB && { memoryMiB }),
    ...(units && { cpu: units / unitsPerProcessor }),
    readOnlyRoot: definition.readonlyRootFilesystem ?? false,
    init: definition.linuxParameters?.initProcessEnabled ?? false,
    tty: definition.pseudoTerminal ?? false,
    stdin: definition.interactive ?? false,
    ...(definition.linuxParameters?.capabilities && { capabilities: definition.linuxParameters.capabilities }),
    limits: (definition.ulimits ?? []).map(({ name, softLimit: soft, hardLimit: hard }) => ({ name, soft, hard })),
    ports: (definition.portMappings ?? []).flatMap(({ containerPort }) => containerPort ?? []),
    ...(context.networkOf && { networkOf: context.networkOf }),
    labels: { "longshore.emulator.task": task.arn },
  };
}
