import { ArmError } from "../azure/arm-error.ts";
import type { GroupProperties, Resources } from "./group-shapes.ts";

/** What a location can hold for one group. */
export interface LocationLimits {
  /** Default 4. With 0 there is no capacity at all. */
  readonly maxCpu?: number;
  /** Default 16. */
  readonly maxMemoryInGB?: number;
}

/** Documented for groups of the standard SKU. */
const defaults = { maxCpu: 4, maxMemoryInGB: 16 };

/** Where container groups can be, and how large. */
export class Locations {
  readonly #known: ReadonlyMap<string, LocationLimits> | undefined;

  /** @param known Any location is one, with the documented limits, where none are given. */
  constructor(known?: Readonly<Record<string, LocationLimits>>) {
    this.#known = known && new Map(Object.entries(known).map(([name, limits]) => [name.toLowerCase(), limits]));
  }

  /** @throws {@link ArmError} where there is no such location. */
  find(location: string): Required<LocationLimits> {
    const found = this.#known ? this.#known.get(location) : {};
    if (found && /^[a-z0-9]{2,40}$/.test(location)) return { ...defaults, ...found };
    const where = this.#known ? [...this.#known.keys()].join(",") : "any other";
    throw new ArmError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type 'Microsoft.ContainerInstance/containerGroups'. List of available regions for the resource type is '${where}'.`,
    );
  }

  /** What a location tells of itself. */
  describe(location: string): readonly object[] {
    const { maxCpu, maxMemoryInGB } = this.find(location);
    if (maxCpu === 0) return [];
    return ["Linux", "Windows"].map((osType) => ({
      resourceType: "containerGroups",
      osType,
      location,
      ipAddressType: "Public",
      gpu: "None",
      capabilities: { maxMemoryInGB, maxCpu, maxGpuCount: 0 },
    }));
  }

  /** @throws {@link ArmError} `ServiceUnavailable` where a group is larger than what there is. */
  checkCapacity(location: string, properties: GroupProperties): void {
    const { maxCpu, maxMemoryInGB } = this.find(location);
    const { cpu, memoryInGB } = totalOf(properties);
    if (cpu > maxCpu || memoryInGB > maxMemoryInGB) throw noCapacity(location, properties);
  }
}

export function totalOf({ containers }: GroupProperties): Pick<Resources, "cpu" | "memoryInGB"> {
  const sum = (key: "cpu" | "memoryInGB"): number =>
    containers.reduce((total, { properties }) => total + properties.resources.requests[key], 0);
  return { cpu: sum("cpu"), memoryInGB: sum("memoryInGB") };
}

export function noCapacity(location: string, properties: GroupProperties): ArmError {
  const { cpu, memoryInGB } = totalOf(properties);
  return new ArmError(
    409,
    "ServiceUnavailable",
    `The requested resource is not available in the location '${location}' at this moment. Please retry with a different resource request or in another location. Resource requested: '${cpu}' CPU '${memoryInGB}' GB memory '${properties.osType}' OS`,
  );
}
