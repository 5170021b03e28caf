import type { EngineContainer, EngineMount, EngineRun } from "../engine.ts";
import type { ContainerDefinition, GroupProperties, SecurityContext } from "./group-shapes.ts";
import type { ContainerRecord } from "./container-record.ts";

export interface ContainerPlace {
  readonly groupId: string;
  readonly name: string;
  readonly mounts: readonly EngineMount[];
  readonly network?: EngineRun;
}

const mebibytesPerGigabyte = 1024;
const bare = (name: string): string => name.replace(/^CAP_/i, "").toUpperCase();

const resourcesOf = ({ properties }: ContainerDefinition) => properties.resources;

/** Documented: without a limit of its own a container may use all that its group has. */
function limitsOf(
  definition: ContainerRecord["definition"],
  { containers }: GroupProperties,
): { cpu: number; memoryInGB: number } {
  const sum = (key: "cpu" | "memoryInGB"): number =>
    containers.reduce((total, container) => total + resourcesOf(container).requests[key], 0);
  const limits = "resources" in definition.properties ? definition.properties.resources.limits : undefined;
  return { cpu: limits?.cpu ?? sum("cpu"), memoryInGB: limits?.memoryInGB ?? sum("memoryInGB") };
}

function userOf({ runAsUser, runAsGroup }: SecurityContext): string | undefined {
  if (runAsUser === undefined) return undefined;
  return runAsGroup === undefined ? String(runAsUser) : `${runAsUser}:${runAsGroup}`;
}

/** What the engine is asked to run. A command stands in for the image's entrypoint and its command. */
export function toEngineContainer(
  { definition }: ContainerRecord,
  properties: GroupProperties,
  { groupId, name, mounts, network }: ContainerPlace,
): EngineContainer {
  const { command = [], environmentVariables = [], image = "", securityContext = {} } = definition.properties;
  const { cpu, memoryInGB } = limitsOf(definition, properties);
  const { add, drop } = securityContext.capabilities ?? {};
  const user = userOf(securityContext);
  const ports = "ports" in definition.properties ? (definition.properties.ports ?? []) : [];
  return {
    name,
    image,
    environment: Object.fromEntries(
      environmentVariables.map(({ name: key, value, secureValue }) => [key, secureValue ?? value ?? ""]),
    ),
    ...(command.length > 0 && { entrypoint: command }),
    memoryMiB: Math.floor(memoryInGB * mebibytesPerGigabyte),
    cpu,
    ...(user !== undefined && { user }),
    ...((add || drop) && { capabilities: { ...(add && { add: add.map(bare) }), ...(drop && { drop: drop.map(bare) }) } }),
    ports: ports.map(({ port }) => port),
    mounts,
    ...(network && { networkOf: network }),
    labels: { "longshore.emulator.group": groupId },
  };
}
