/** Whose resources, and where. */
export interface EcsPlace {
  readonly account: string;
  readonly region: string;
}

const partitionOf = (region: string): string => {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
};

/** The ARN of an ECS resource: `task`, `cluster/id`. */
export const ecsArn = ({ account, region }: EcsPlace, kind: string, path: string): string =>
  `arn:${partitionOf(region)}:ecs:${region}:${account}:${kind}/${path}`;

/** What follows the kind in an ARN of that kind; a text that is no ARN is given back as it is; of another kind, undefined. */
export function pathOf(kind: string, nameOrArn: string): string | undefined {
  if (!nameOrArn.startsWith("arn:")) return nameOrArn;
  const [, , service, , , ...rest] = nameOrArn.split(":");
  const resource = rest.join(":");
  return service === "ecs" && resource.startsWith(`${kind}/`) ? resource.slice(kind.length + 1) : undefined;
}

/** The last part of a name or an ARN of that kind, such as a task's id. */
export const idOf = (kind: string, nameOrArn: string): string | undefined => pathOf(kind, nameOrArn)?.split("/").at(-1);
