import { clientError, invalidParameter } from "./ecs-errors.ts";
import type { NetworkConfiguration, TaskOverride } from "./ecs-shapes.ts";
import type { TaskDefinitionRecord } from "./task-definition-record.ts";

/** What of other services exists. A list that is left out holds everything of the right form. */
export interface ExistingResources {
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  /** By name. */
  readonly roles?: readonly string[];
}

const forms = { subnet: /^subnet-[0-9a-f]{8,17}$/, "security group": /^sg-[0-9a-f]{8,17}$/ };

function checkIds(kind: keyof typeof forms, ids: readonly string[], existing: readonly string[] | undefined): void {
  for (const id of ids)
    if (!forms[kind].test(id) || !(existing?.includes(id) ?? true))
      throw invalidParameter(`Error retrieving ${kind} information for [${id}]: The ${kind} ID '${id}' does not exist`);
}

/** @throws InvalidParameterException for a subnet or a security group that is not there. */
export function checkNetworkExists({ subnets, securityGroups }: ExistingResources, network: NetworkConfiguration = {}): void {
  const { subnets: asked = [], securityGroups: groups = [] } = network.awsvpcConfiguration ?? {};
  checkIds("subnet", asked, subnets);
  checkIds("security group", groups, securityGroups);
}

/** @throws ClientException for a role that is not there. */
export function checkRolesExist(
  { roles }: ExistingResources,
  { input }: TaskDefinitionRecord,
  overrides: TaskOverride = {},
): void {
  const asked = [overrides.taskRoleArn ?? input.taskRoleArn, overrides.executionRoleArn ?? input.executionRoleArn];
  for (const role of asked)
    if (role && !(roles?.includes(role.split("/").at(-1) ?? "") ?? true))
      throw clientError(`ECS was unable to assume the role '${role}' that was provided for this task.`);
}
