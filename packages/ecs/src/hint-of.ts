import type { FaultCode } from "@longshore/core";

/** What the words of AWS are about; the first that fits counts. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/iam:PassRole/i, "allow iam:PassRole on this role to whoever runs Longshore"],
  [
    /assume the role|role is not valid|role .*does not exist/i,
    "trust ecs-tasks.amazonaws.com in the role, and name it by its ARN",
  ],
  [/different networks|different vpc/i, "choose subnets and security groups of one VPC"],
  [/subnet/i, "set subnets in the config to such as exist in this region"],
  [/security ?group/i, "set securityGroups in the config to such as exist in this region"],
  [/cluster not found/i, "set cluster and region in the config"],
];
const byCode: Partial<Record<FaultCode, string>> = {
  "permission-denied": "attach the policy of @longshore/ecs' README; `longshore doctor` names what is missing",
  unauthenticated: "set credentials as for the AWS command line, or in the config",
  "quota-exceeded": "ask AWS for a higher quota, or run less at once",
  "invalid-config": "set cluster and region in the config",
};

/** What the reader can do about an error of AWS's. */
export const hintOf = (code: FaultCode, message: string): string | undefined =>
  code === "unavailable" || code === "throttled"
    ? undefined
    : (byWords.find(([words]) => words.test(message))?.[1] ?? byCode[code]);
