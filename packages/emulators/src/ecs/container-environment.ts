import type { ContainerRecord, TaskRecord } from "./task-record.ts";
import type { SecretValues } from "./secret-values.ts";
import { TaskStartError } from "./task-start-error.ts";

/** What a container finds in its environment: the definition's, the override's over it, secrets over both. */
export function containerEnvironment(
  { definition, override }: ContainerRecord,
  task: TaskRecord,
  secrets: SecretValues,
): Readonly<Record<string, string>> {
  const { place } = task.cluster;
  const environment: Record<string, string> = {
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
  };
  for (const { name = "", value = "" } of [...(definition.environment ?? []), ...(override.environment ?? [])])
    environment[name] = value;
  for (const { name, valueFrom } of definition.secrets ?? []) {
    const value = secrets.find(valueFrom, place);
    if (value === undefined)
      throw new TaskStartError(
        `ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from ${serviceOf(valueFrom)}: ` +
          `there is no ${valueFrom}`,
      );
    environment[name] = value;
  }
  return environment;
}

const serviceOf = (reference: string): string => (reference.includes(":secretsmanager:") ? "asm" : "ssm");
