import type { EngineContainer } from "../engine.ts";
import { readCpu, readMemory } from "./read-quantity.ts";
import type { Container } from "./run-shapes.ts";

const mebibyte = 2 ** 20;

/** What the engine is asked to run. A container's command is its image's entrypoint, and its arguments the image's command. */
export function toEngineContainer(
  container: Container,
  { name, environment, labels }: Pick<EngineContainer, "name" | "environment" | "labels">,
): EngineContainer {
  const { image, command = [], args = [], resources, workingDir, ports = [] } = container;
  const { cpu, memory } = resources?.limits ?? {};
  const bytes = memory === undefined ? undefined : readMemory(memory);
  const processors = cpu === undefined ? undefined : readCpu(cpu);
  return {
    name,
    image,
    environment,
    ...(command.length > 0 && { entrypoint: command }),
    ...(args.length > 0 && { command: args }),
    ...(bytes !== undefined && { memoryMiB: Math.floor(bytes / mebibyte) }),
    ...(processors !== undefined && { cpu: processors }),
    ...(workingDir && { workingDirectory: workingDir }),
    ports: ports.flatMap(({ containerPort }) => containerPort ?? []),
    ...(labels && { labels }),
  };
}
