import type { ContainerDefinition, EnvironmentVariable, InitContainerDefinition, Resources, Volume } from "./group-shapes.ts";

/** Why a group is refused: the code and the words of the answer. */
export interface GroupProblem {
  readonly code: string;
  readonly message: string;
}

export interface ContainerPlaceInGroup {
  readonly group: string;
  readonly volumes: readonly Volume[];
  readonly windowsImages: readonly string[];
}

export const isName = (name: string): boolean => /^(?!.*--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const isWindowsImage = (image: string): boolean => /(^|\/)windows\/|nanoserver|windowsservercore/.test(image);
const isStep = (value: number, step: number): boolean => Math.abs(value / step - Math.round(value / step)) < 1e-6;

const problem = (code: string, message: string): GroupProblem => ({ code, message });

function* variableProblems(
  { name, properties }: ContainerDefinition | InitContainerDefinition,
  group: string,
): Generator<GroupProblem> {
  const seen = new Set<string>();
  for (const variable of properties.environmentVariables ?? []) {
    if (!variableName.test(variable.name))
      yield problem(
        "InvalidContainerEnvironmentVariable",
        `The environment variable name in container '${name}' of container group '${group}' is invalid. A valid environment variable name must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name', 'MY_NAME', or 'MyName')`,
      );
    if (seen.has(variable.name) || hasBoth(variable))
      yield problem(
        "InvalidContainerEnvironmentVariable",
        `The environment variable '${variable.name}' in container '${name}' of container group '${group}' has more than one value.`,
      );
    seen.add(variable.name);
  }
}

const hasBoth = ({ value, secureValue }: EnvironmentVariable): boolean => value !== undefined && secureValue !== undefined;

function* resourceProblems(name: string, resources: Partial<Resources>): Generator<GroupProblem> {
  const { cpu, memoryInGB, gpu } = resources;
  if (cpu !== undefined && (!(cpu > 0) || !isStep(cpu, 0.01)))
    yield problem("InvalidResourceRequests", `The CPU of container '${name}' has to be a multiple of 0.01 above 0, not ${cpu}.`);
  if (memoryInGB !== undefined && (!(memoryInGB > 0) || !isStep(memoryInGB, 0.1)))
    yield problem(
      "InvalidResourceRequests",
      `The memory of container '${name}' has to be a multiple of 0.1 GB above 0, not ${memoryInGB}.`,
    );
  if (gpu) yield problem("InvalidResourceRequests", `There is no GPU for container '${name}'.`);
}

function* sizeProblems({ name, properties }: ContainerDefinition): Generator<GroupProblem> {
  const { requests, limits = {} } = properties.resources;
  yield* resourceProblems(name, requests);
  yield* resourceProblems(name, limits);
  const isLess = (key: "cpu" | "memoryInGB"): boolean => (limits[key] ?? Infinity) < requests[key];
  if (isLess("cpu") || isLess("memoryInGB"))
    yield problem("InvalidResourceRequests", `The limits of container '${name}' are below what it requests.`);
  for (const { port } of properties.ports ?? [])
    if (!(port >= 1 && port <= 65_535)) yield problem("InvalidContainerPort", `The port ${port} of container '${name}' is none.`);
}

/** What is wrong with one container of a group. */
export function* containerProblems(
  container: ContainerDefinition | InitContainerDefinition,
  { group, volumes, windowsImages }: ContainerPlaceInGroup,
): Generator<GroupProblem> {
  const { name, properties } = container;
  const { image, securityContext, volumeMounts = [] } = properties;
  if (!isName(name))
    yield problem(
      "InvalidContainerName",
      `The container name '${name}' is invalid: 1 to 63 lowercase letters, digits and single hyphens, and none of these first or last.`,
    );
  if (!image) yield problem("InvalidImageName", `The container '${name}' has no image.`);
  else if (isWindowsImage(image) || windowsImages.includes(image))
    yield problem(
      "ImageOsTypeNotMatchContainerGroup",
      `The image '${image}' in container group '${group}' doesn't support specified OS 'Linux'.`,
    );
  if (securityContext?.privileged)
    yield problem("InvalidSecurityContext", `The container '${name}' cannot be privileged in the SKU 'Standard'.`);
  for (const mount of volumeMounts)
    if (!volumes.some((volume) => volume.name === mount.name) || !mount.mountPath.startsWith("/"))
      yield problem("InvalidVolumeMount", `The volume mount '${mount.name}' of container '${name}' is no volume of the group.`);
  yield* variableProblems(container, group);
  if ("resources" in properties) yield* sizeProblems(container as ContainerDefinition);
}
