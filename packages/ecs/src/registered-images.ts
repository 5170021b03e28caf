import type { ImageConfig, Owner } from "@longshore/core";
import { parseCpu, parseMemory } from "@longshore/core";
import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { createHash } from "node:crypto";
import type { EcsParts } from "./ecs-parts.ts";
import { fargateSize, toUnits } from "./fargate-sizes.ts";
import { mainContainer, ownPrefix, tag } from "./native-names.ts";
import type { TaskDefinitionInput } from "./to-task-definition.ts";

/** The config as it was given: a definition's own fields are rounded to sizes of Fargate's. */
const configLabel = `${ownPrefix}image`;
const familyPrefix = (owner: Owner): string => `longshore-image-${owner}-`;
const familyOf = (owner: Owner, reference: string): string =>
  familyPrefix(owner) + createHash("sha256").update(reference).digest("hex").slice(0, 32);

function toDefinition({ host: { owner }, config }: EcsParts, image: ImageConfig): TaskDefinitionInput {
  const { reference, cpu = "250m", memory = "512Mi", platform } = image;
  const { taskRole = config.taskRole, executionRole = config.executionRole } = image;
  const size = fargateSize({ units: toUnits(parseCpu(cpu)), mebibytes: parseMemory(memory) });
  return {
    family: familyOf(owner, reference),
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    ...(size !== undefined && { cpu: String(size.units), memory: String(size.mebibytes) }),
    ...(platform === "linux/arm64" && { runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" } }),
    executionRoleArn: executionRole,
    ...(taskRole !== undefined && { taskRoleArn: taskRole }),
    containerDefinitions: [
      { name: mainContainer, image: reference, essential: true, dockerLabels: { [configLabel]: JSON.stringify(image) } },
    ],
    tags: [{ key: tag.owner, value: owner }],
  };
}
function readImage({ containerDefinitions = [] }: TaskDefinition): ImageConfig | undefined {
  const text = containerDefinitions[0]?.dockerLabels?.[configLabel];
  return text === undefined ? undefined : (JSON.parse(text) as ImageConfig);
}

/** The newest revision of a family is what is registered; the ones before it go. */
export async function registerImage(parts: EcsParts, image: ImageConfig, signal: AbortSignal): Promise<void> {
  const definition = toDefinition(parts, image);
  const arn = await parts.definitions.register(definition, signal);
  await parts.definitions.prune(definition.family ?? "", signal, arn);
}
export async function* listImages(
  { definitions, host }: EcsParts,
  { defaultsOnly = false }: { readonly defaultsOnly?: boolean },
  signal: AbortSignal,
): AsyncGenerator<ImageConfig, void, void> {
  for (const family of await definitions.families(familyPrefix(host.owner), signal)) {
    const definition = await definitions.describe(family, signal);
    const image = definition && readImage(definition);
    if (image !== undefined && (image.isDefault || !defaultsOnly)) yield image;
  }
}
/** Absent is no error. */
export const removeImage = ({ definitions, host }: EcsParts, reference: string, signal: AbortSignal): Promise<void> =>
  definitions.prune(familyOf(host.owner, reference), signal);
