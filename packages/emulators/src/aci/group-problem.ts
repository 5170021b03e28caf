import { ArmError } from "../azure/arm-error.ts";
import { containerProblems, type GroupProblem, isName } from "./container-problem.ts";
import type { GroupProperties, GroupRequest, Volume } from "./group-shapes.ts";

/** Documented. */
const mostContainers = 60;
const mostVolumes = 20;
const mostPorts = 5;
const mostTags = 50;

const problem = (code: string, message: string): GroupProblem => ({ code, message });
const twice = (names: readonly string[]): string | undefined => names.find((name, index) => names.indexOf(name) !== index);

function* volumeProblems(volumes: readonly Volume[]): Generator<GroupProblem> {
  if (volumes.length > mostVolumes) yield problem("TooManyVolumes", `A container group has at most ${mostVolumes} volumes.`);
  for (const { name, emptyDir, secret, azureFile, gitRepo } of volumes) {
    if (!/^(?!.*--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
      yield problem("InvalidVolumeName", `The volume name '${name}' is invalid.`);
    if ([emptyDir, secret, azureFile, gitRepo].filter((kind) => kind !== undefined).length !== 1)
      yield problem("InvalidVolumeType", `The volume '${name}' has to be of exactly one kind.`);
    if (gitRepo) yield problem("GitRepoNotServed", `This emulator clones nothing: the volume '${name}' cannot be a gitRepo.`);
    for (const [key, value] of Object.entries(secret ?? {}))
      if (!/^[\w.-]+$/.test(key) || !isBase64(value))
        yield problem("InvalidSecretVolume", `The secret '${key}' of the volume '${name}' has to be in base64.`);
  }
  const same = twice(volumes.map(({ name }) => name));
  if (same !== undefined) yield problem("DuplicateVolumeName", `Two volumes are named '${same}'.`);
}

const isBase64 = (text: string): boolean => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);

function* addressProblems({ ipAddress, subnetIds = [], containers }: GroupProperties): Generator<GroupProblem> {
  const open = containers
    .flatMap(({ properties }) => properties.ports ?? [])
    .map(({ port, protocol = "TCP" }) => `${port}/${protocol}`);
  const same = twice(open);
  if (same !== undefined) yield problem("DuplicatePort", `Two containers of the group have the port ${same}.`);
  if (!ipAddress) return;
  const { ports, type, dnsNameLabel } = ipAddress;
  if (ports.length < 1 || ports.length > mostPorts)
    yield problem("InvalidIPAddressPorts", `An IP address has 1 to ${mostPorts} ports.`);
  for (const { port, protocol = "TCP" } of ports)
    if (!open.includes(`${port}/${protocol}`))
      yield problem("InvalidIPAddressPorts", `No container of the group has the port ${port}/${protocol}.`);
  if (dnsNameLabel !== undefined && !/^[a-z0-9]([a-z0-9-]{3,61}[a-z0-9])$/i.test(dnsNameLabel))
    yield problem("InvalidDnsNameLabel", `The DNS name label '${dnsNameLabel}' is invalid.`);
  if (subnetIds.length > 0 && type === "Public")
    yield problem("InvalidIPAddressType", "A container group in a virtual network has a private IP address.");
  if (dnsNameLabel !== undefined && type === "Private")
    yield problem("InvalidDnsNameLabel", "A private IP address has no DNS name label.");
}

function* groupProblems(
  name: string,
  { properties, tags = {} }: GroupRequest,
  windowsImages: readonly string[],
): Generator<GroupProblem> {
  const { containers, initContainers = [], volumes = [], osType } = properties;
  if (!isName(name)) yield problem("InvalidContainerGroupName", `The container group name '${name}' is invalid.`);
  if (Object.keys(tags).length > mostTags) yield problem("InvalidTags", `A resource has at most ${mostTags} tags.`);
  if (osType === "Windows") yield problem("WindowsNotServed", "This emulator runs no Windows containers.");
  if (containers.length < 1 || containers.length + initContainers.length > mostContainers)
    yield problem("InvalidContainerCount", `A container group has 1 to ${mostContainers} containers.`);
  const all = [...containers, ...initContainers];
  const same = twice(all.map((container) => container.name));
  if (same !== undefined) yield problem("DuplicateContainerName", `Two containers are named '${same}'.`);
  yield* volumeProblems(volumes);
  yield* addressProblems(properties);
  for (const container of all) yield* containerProblems(container, { group: name, volumes, windowsImages });
}

/** @throws {@link ArmError} with the first thing that is wrong. */
export function checkGroup(name: string, request: GroupRequest, windowsImages: readonly string[]): void {
  const [first] = groupProblems(name, request, windowsImages);
  if (first) throw new ArmError(400, first.code, first.message);
}

/** What cannot be changed while a group is deployed. */
const fixedOf = ({ osType, restartPolicy = "Always", containers, ipAddress, subnetIds = [] }: GroupProperties): string =>
  JSON.stringify([
    osType,
    restartPolicy,
    containers.map(({ properties }) => [properties.resources, properties.ports ?? []]),
    ipAddress?.ports ?? [],
    subnetIds,
  ]);

/** @throws {@link ArmError} `InvalidContainerGroupUpdate` for what would need another group. */
export function checkUpdate(name: string, before: GroupProperties, after: GroupProperties): void {
  if (fixedOf(before) === fixedOf(after)) return;
  throw new ArmError(
    400,
    "InvalidContainerGroupUpdate",
    `The updates on container group '${name}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one.`,
  );
}
