import { ecsArn, type EcsPlace } from "./ecs-place.ts";

/** Which cluster it is. */
export interface ClusterIdentity {
  readonly place: EcsPlace;
  readonly name: string;
  readonly arn: string;
}

export const clusterIdentity = (place: EcsPlace, name: string): ClusterIdentity => ({
  place,
  name,
  arn: ecsArn(place, "cluster", name),
});
