import type { ArmHandler } from "../azure/arm-service.ts";
import type { GroupQuota } from "./group-quota.ts";
import type { Locations } from "./locations.ts";

export interface LocationServing {
  readonly quota: GroupQuota;
  readonly locations: Locations;
  readonly cachedImages: readonly string[];
}

export const locationOperations = ({ quota, locations, cachedImages }: LocationServing): Readonly<Record<string, ArmHandler>> => {
  const placeIn = (path: Readonly<Record<string, string>>): { subscription: string; location: string } => {
    const location = (path["location"] ?? "").replaceAll(" ", "").toLowerCase();
    locations.find(location);
    return { subscription: path["subscriptionId"] ?? "", location };
  };
  return {
    ListUsage: ({ path }) => ({ status: 200, body: { value: quota.describe(placeIn(path)) } }),
    ListCapabilities: ({ path }) => ({ status: 200, body: { value: locations.describe(placeIn(path).location) } }),
    ListCachedImages: ({ path }) => {
      placeIn(path);
      return { status: 200, body: { value: cachedImages.map((image) => ({ osType: "Linux", image })) } };
    },
  };
};
