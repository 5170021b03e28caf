import type { ContainerDefinition, RegisterTaskDefinitionInput } from "./ecs-shapes.ts";
import { isFargateSize, readCpu, readMemory } from "./fargate-sizes.ts";

/** Log drivers of Fargate. */
const logDrivers = ["awslogs", "splunk", "awsfirelens"];
const requiredLogOptions = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"];

function sizeProblem({ cpu, memory, ephemeralStorage }: RegisterTaskDefinitionInput): string | undefined {
  if (cpu === undefined) return "Fargate requires that 'cpu' be defined at the task level.";
  if (memory === undefined) return "Fargate requires that 'memory' be defined at the task level.";
  const [units, mib] = [readCpu(cpu), readMemory(memory)];
  if (units === undefined) return "Invalid 'cpu' setting for task.";
  if (mib === undefined) return "Invalid 'memory' setting for task.";
  if (!isFargateSize(units, mib)) return `No Fargate configuration exists for given values: ${units} CPU, ${mib} memory.`;
  const storage = ephemeralStorage?.sizeInGiB;
  if (storage !== undefined && (storage < 21 || storage > 200)) return "Ephemeral storage must be from 21 to 200 GiB.";
  return undefined;
}

function logProblem({ logConfiguration }: ContainerDefinition, executionRoleArn: string | undefined): string | undefined {
  if (!logConfiguration) return undefined;
  const { logDriver, options = {} } = logConfiguration;
  if (!logDrivers.includes(logDriver)) return `Fargate does not support the log driver ${logDriver}.`;
  if (logDriver !== "awslogs") return undefined;
  const missing = requiredLogOptions.find((name) => !options[name]);
  if (missing !== undefined) return `Log driver awslogs requires options: ${requiredLogOptions.join(", ")}`;
  if (!executionRoleArn) return "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
  return undefined;
}

/** What only the instances of one's own can give a container. */
function hostProblem(container: ContainerDefinition): string | undefined {
  const { linuxParameters: linux = {} } = container;
  if (container.privileged) return "Fargate does not support privileged containers.";
  if (container.dockerSecurityOptions?.length) return "Fargate does not support dockerSecurityOptions.";
  if (container.links?.length) return "Links are not supported when networkMode is awsvpc.";
  if (linux.devices?.length) return "Fargate does not support devices.";
  if (linux.sharedMemorySize || linux.maxSwap) return "Fargate does not support sharedMemorySize, maxSwap and swappiness.";
  const added = linux.capabilities?.add?.find((capability) => capability !== "SYS_PTRACE");
  if (added !== undefined) return `Fargate cannot add the capability ${added}, only SYS_PTRACE.`;
  return undefined;
}

/** Why Fargate cannot run a task definition, in words; undefined where it can. */
export function fargateProblem(input: RegisterTaskDefinitionInput): string | undefined {
  if (input.networkMode !== "awsvpc") return "Fargate only supports network mode 'awsvpc'.";
  if (input.placementConstraints?.length) return "Fargate does not support placement constraints.";
  const size = sizeProblem(input);
  if (size !== undefined) return size;
  let memory = 0;
  for (const container of input.containerDefinitions) {
    const problem = hostProblem(container) ?? logProblem(container, input.executionRoleArn);
    if (problem !== undefined) return problem;
    if (container.secrets?.length && !input.executionRoleArn)
      return "Fargate requires task definition to have execution role ARN to support secrets.";
    memory += container.memoryReservation ?? container.memory ?? 0;
  }
  if (memory > (readMemory(input.memory ?? "") ?? 0)) return "The containers' memory is more than that of the task.";
  return undefined;
}
