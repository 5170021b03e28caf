import type * as Iam from "@aws-sdk/client-iam";
import { DescribeClustersCommand } from "@aws-sdk/client-ecs";
import type { Obstacle, WorkloadSpec } from "@longshore/core";
import { classifyEcsError, errorName } from "./classify-ecs-error.ts";
import type { EcsApi } from "./ecs-api.ts";
import type { EcsOptions } from "./ecs-config.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { lastPart } from "./native-names.ts";
import { commandActions, neededActions } from "./needed-actions.ts";

/** Who may not ask has to take it on trust: the rights themselves are looked at apart. */
const isRefused = (error: unknown): boolean => classifyEcsError(error)?.code === "permission-denied";

async function noCluster({ api }: EcsParts, signal: AbortSignal): Promise<readonly Obstacle[]> {
  const { cluster } = api;
  const command = new DescribeClustersCommand({ clusters: [cluster] });
  const { clusters = [] } = await api.call("DescribeClusters", signal, (options) => api.ecs.send(command, options));
  if (clusters.some(({ status }) => status === "ACTIVE")) return [];
  const hint = "create it, or set cluster and region in the config";
  return [{ what: "network", message: `there is no active cluster ${cluster}`, hint }];
}

interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}
async function noNetwork(
  { api }: EcsParts,
  { subnets, securityGroups }: Network,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
  const client = new EC2Client(api.settings);
  const found: Obstacle[] = [];
  const places = new Set<string | undefined>();
  const look = async (what: string, hint: string, ask: () => Promise<readonly (string | undefined)[]>): Promise<void> => {
    try {
      for (const vpc of await ask()) places.add(vpc);
    } catch (error) {
      if (isRefused(error)) return;
      if (!/NotFound|Malformed/.test(errorName(error) ?? "")) throw error;
      found.push({ what: "network", message: `${what}: ${(error as Error).message}`, hint });
    }
  };
  await look("subnets", "set subnets in the config", async () => {
    const command = new DescribeSubnetsCommand({ SubnetIds: [...subnets] });
    const { Subnets = [] } = await api.call("DescribeSubnets", signal, (options) => client.send(command, options));
    return Subnets.map(({ VpcId }) => VpcId);
  });
  if (securityGroups.length > 0) {
    await look("securityGroups", "set securityGroups in the config", async () => {
      const command = new DescribeSecurityGroupsCommand({ GroupIds: [...securityGroups] });
      const { SecurityGroups = [] } = await api.call("DescribeSecurityGroups", signal, (options) =>
        client.send(command, options),
      );
      return SecurityGroups.map(({ VpcId }) => VpcId);
    });
  }
  if (places.size > 1) {
    const message = `subnets and security groups are of several VPCs: ${[...places].join(", ")}`;
    found.push({ what: "network", message, hint: "choose all of one VPC" });
  }
  return found;
}

interface Roles {
  readonly all: readonly string[];
  /** That commands are to be run with. */
  readonly ofCommands: string | undefined;
}
async function noRights({ api }: EcsParts, { all, ofCommands }: Roles, signal: AbortSignal): Promise<readonly Obstacle[]> {
  const [iam, sts] = await Promise.all([import("@aws-sdk/client-iam"), import("@aws-sdk/client-sts")]);
  const found: Obstacle[] = [];
  const who = new sts.STSClient(api.settings);
  const { Arn = "" } = await api.call("GetCallerIdentity", signal, (options) =>
    who.send(new sts.GetCallerIdentityCommand({}), options),
  );
  const client = new iam.IAMClient(api.settings);
  for (const role of all) {
    try {
      await api.call("GetRole", signal, (options) => client.send(new iam.GetRoleCommand({ RoleName: lastPart(role) }), options));
    } catch (error) {
      if (isRefused(error)) continue;
      if (!/NoSuchEntity/.test(errorName(error) ?? "")) throw error;
      found.push({
        what: "permission",
        message: `there is no role ${role}`,
        hint: "create it, trusted by ecs-tasks.amazonaws.com",
      });
    }
  }
  const asking = { client, iam, signal };
  const caller = { principal: principalOf(Arn), actions: neededActions, hint: "attach the policy of @longshore/ecs' README" };
  found.push(...(await denied(api, { ...asking, ...caller })));
  if (ofCommands === undefined) return found;
  const hint = "options.ecs.executeCommand is set: allow it to the task role";
  return [...found, ...(await denied(api, { ...asking, principal: ofCommands, actions: commandActions, hint }))];
}
/** A role that was assumed is asked for by the role's own ARN. */
const principalOf = (arn: string): string =>
  arn.replace(/^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, "arn:$1:iam::$2:role/$3");

interface Asking {
  readonly client: Iam.IAMClient;
  readonly iam: typeof Iam;
  readonly principal: string;
  readonly actions: readonly string[];
  readonly hint: string;
  readonly signal: AbortSignal;
}
async function denied(api: EcsApi, { client, iam, principal, actions, hint, signal }: Asking): Promise<readonly Obstacle[]> {
  const command = new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn: principal, ActionNames: [...actions] });
  try {
    const { EvaluationResults = [] } = await api.call("SimulatePrincipalPolicy", signal, (options) =>
      client.send(command, options),
    );
    return EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== "allowed").map(({ EvalActionName }) => ({
      what: "permission" as const,
      message: `${EvalActionName} is not allowed to ${principal}`,
      hint,
    }));
  } catch (error) {
    // Root and federated users have no policy to be simulated.
    if (isRefused(error) || /InvalidInput|NoSuchEntity/.test(errorName(error) ?? "")) return [];
    throw error;
  }
}

/** Asked of AWS: the cluster, what tasks are attached to, the roles, and each right of the README's policy. */
export async function findObstacles(
  parts: EcsParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const { config } = parts;
  const options: EcsOptions = spec?.options?.["ecs"] ?? {};
  const { subnets = config.subnets, securityGroups = config.securityGroups ?? [] } = options;
  const { executionRole = config.executionRole, taskRole = config.taskRole } = spec?.identity ?? {};
  const roles = {
    all: [executionRole, ...(taskRole === undefined ? [] : [taskRole])],
    ofCommands: options.executeCommand === true ? taskRole : undefined,
  };
  const all = await Promise.all([
    noCluster(parts, signal),
    noNetwork(parts, { subnets, securityGroups }, signal),
    noRights(parts, roles, signal),
  ]);
  return all.flat();
}
