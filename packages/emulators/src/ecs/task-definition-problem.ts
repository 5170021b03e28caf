import type { ContainerDefinition, RegisterTaskDefinitionInput } from "./ecs-shapes.ts";
import { fargateProblem } from "./fargate-problem.ts";

const nameForm = /^[A-Za-z0-9_-]{1,255}$/;

/** Refused, since a container without it would be another one. */
function notServed(container: ContainerDefinition): string | undefined {
  if (container.environmentFiles?.length) return "environment files";
  if (container.mountPoints?.length || container.volumesFrom?.length) return "volumes";
  return container.restartPolicy?.enabled ? "restart policies of containers" : undefined;
}

function containerProblem(container: ContainerDefinition): string | undefined {
  if (!nameForm.test(container.name ?? "")) return "Container.name must be 1 to 255 letters, numbers, hyphens and underscores.";
  if (!container.image) return "Container.image should not be null or empty.";
  const lacking = notServed(container);
  if (lacking !== undefined) return `The emulator does not serve ${lacking}.`;
  for (const { name } of container.environment ?? []) if (!name) return "Environment variable names should not be empty.";
  for (const { valueFrom } of container.secrets ?? []) if (!valueFrom) return "Secret valueFrom should not be empty.";
  if ((container.stopTimeout ?? 0) < 0 || (container.stopTimeout ?? 0) > 120)
    return "Container stopTimeout must be from 0 to 120 seconds.";
  return undefined;
}

function dependencyProblem(container: ContainerDefinition, all: readonly ContainerDefinition[]): string | undefined {
  for (const { containerName, condition } of container.dependsOn ?? []) {
    const other = all.find(({ name }) => name === containerName);
    if (!other || other === container)
      return `Container ${container.name} depends on ${containerName}, which is no other container.`;
    if (condition === "HEALTHY" && !other.healthCheck) return `Container ${containerName} has no health check to wait for.`;
    if ((condition === "COMPLETE" || condition === "SUCCESS") && (other.essential ?? true))
      return `The condition ${condition} cannot be set on the essential container ${containerName}.`;
  }
  return undefined;
}

function hasCycle(all: readonly ContainerDefinition[]): boolean {
  const settled = new Set<string>();
  for (let before = -1; settled.size > before;) {
    before = settled.size;
    for (const { name = "", dependsOn = [] } of all)
      if (dependsOn.every(({ containerName }) => settled.has(containerName))) settled.add(name);
  }
  return settled.size < all.length;
}

/** Why a task definition cannot be registered, in words; undefined where it can. */
export function taskDefinitionProblem(input: RegisterTaskDefinitionInput): string | undefined {
  const { family, containerDefinitions: containers } = input;
  if (!nameForm.test(family)) return "Family must be 1 to 255 letters, numbers, hyphens and underscores.";
  if (containers.length === 0) return "Container definitions should not be empty.";
  const names = containers.map(({ name }) => name);
  if (new Set(names).size < names.length) return "Container names must be unique within a task definition.";
  if (!containers.some(({ essential = true }) => essential)) return "At least one container must be marked essential.";
  for (const container of containers) {
    const problem = containerProblem(container) ?? dependencyProblem(container, containers);
    if (problem !== undefined) return problem;
  }
  if (hasCycle(containers)) return "Container dependencies must not form a cycle.";
  if (input.requiresCompatibilities?.includes("FARGATE")) return fargateProblem(input);
  if (input.memory === undefined && containers.some(({ memory, memoryReservation }) => !memory && !memoryReservation))
    return `Invalid setting for container '${names[0]}'. At least one of 'memory' or 'memoryReservation' must be specified.`;
  return undefined;
}
