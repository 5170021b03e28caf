import { createHash } from "node:crypto";
import type { AwsCall, AwsOperation, AwsService } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { loadServiceModel } from "../service-model.ts";

export interface IamOptions {
  /** The names of the roles that exist. Default: every one. */
  readonly roles?: readonly string[];
  /** Actions that nobody may do, such as `iam:PassRole`. Default: none. */
  readonly deniedActions?: readonly string[];
}

interface SimulateInput {
  readonly PolicySourceArn: string;
  readonly ActionNames: readonly string[];
  readonly ResourceArns?: readonly string[];
}

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const noSuchRole = (name: string): ModelledError =>
  new ModelledError("NoSuchEntityException", `The role with name ${name} cannot be found.`);

/** The same for the same role, in the form of the real ones. */
const roleId = (name: string, { account }: AwsCall): string =>
  `AROA${createHash("sha256").update(`${account}/${name}`).digest("hex").toUpperCase().slice(0, 17)}`;

function simulate(options: IamOptions): AwsOperation {
  return async ({ PolicySourceArn, ActionNames, ResourceArns = ["*"] }: SimulateInput) => {
    const [, kind, name = ""] = /^arn:[\w-]+:iam::\d{12}:(role|user|group)\/(?:.*\/)?([\w+=,.@-]+)$/.exec(PolicySourceArn) ?? [];
    if (!kind) throw new ModelledError("InvalidInputException", `Invalid Entity Arn: ${PolicySourceArn}`);
    if (kind === "role" && !(options.roles?.includes(name) ?? true)) throw noSuchRole(name);
    const results = ActionNames.flatMap((action) =>
      ResourceArns.map((resource) => ({
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: options.deniedActions?.includes(action) ? "implicitDeny" : "allowed",
        MatchedStatements: [],
        MissingContextValues: [],
      })),
    );
    return { EvaluationResults: results, IsTruncated: false };
  };
}

/** As much of IAM as tells whether a role exists, and whether something would be allowed. */
export async function createIamService(options: IamOptions = {}): Promise<AwsService> {
  return {
    name: "iam",
    model: await loadServiceModel("iam"),
    operations: {
      GetRole: async ({ RoleName }: { readonly RoleName: string }, call) => {
        if (!(options.roles?.includes(RoleName) ?? true)) throw noSuchRole(RoleName);
        return {
          Role: {
            Path: "/",
            RoleName,
            RoleId: roleId(RoleName, call),
            Arn: `arn:aws:iam::${call.account}:role/${RoleName}`,
            CreateDate: new Date(Date.UTC(2020, 0, 1)),
            AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
            MaxSessionDuration: 3600,
          },
        };
      },
      SimulatePrincipalPolicy: simulate(options),
    },
  };
}
