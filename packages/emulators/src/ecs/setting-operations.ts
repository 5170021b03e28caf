import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { invalidParameter } from "./ecs-errors.ts";
import type { EcsState } from "./ecs-state.ts";
import { paginate, type PageRequest } from "./paginate.ts";

/** What an account has that never set anything. */
const usual: Readonly<Record<string, string>> = {
  serviceLongArnFormat: "enabled",
  taskLongArnFormat: "enabled",
  containerInstanceLongArnFormat: "enabled",
  awsvpcTrunking: "disabled",
  containerInsights: "disabled",
  fargateFIPSMode: "disabled",
  tagResourceAuthorization: "off",
  fargateTaskRetirementWaitPeriod: "7",
  guardDutyActivate: "off",
  defaultLogDriverMode: "non-blocking",
};

/** What settings take besides `enabled` and `disabled`. */
const values: Readonly<Record<string, readonly string[]>> = {
  containerInsights: ["enabled", "disabled", "enhanced"],
  tagResourceAuthorization: ["on", "off"],
  fargateTaskRetirementWaitPeriod: ["0", "7", "14"],
  guardDutyActivate: ["on", "off"],
  defaultLogDriverMode: ["blocking", "non-blocking"],
};

interface SettingInput extends PageRequest {
  readonly name?: string;
  readonly value?: string;
  readonly principalArn?: string;
  readonly effectiveSettings?: boolean;
}

const rootOf = ({ account }: AwsCall): string => `arn:aws:iam::${account}:root`;
const keyOf = (principal: string, name: string): string => `${principal} ${name}`;
const typeOf = (name: string): string => (name === "guardDutyActivate" ? "aws_managed" : "user");

function put(state: EcsState, { name = "", value = "", principalArn }: SettingInput, call: AwsCall): object {
  const allowed = values[name] ?? ["enabled", "disabled"];
  if (typeOf(name) === "aws_managed") throw invalidParameter(`The setting ${name} is managed by AWS.`);
  if (!allowed.includes(value)) throw invalidParameter(`The value of ${name} must be one of ${allowed.join(", ")}.`);
  const principal = principalArn ?? rootOf(call);
  state.region(call).settings.set(keyOf(principal, name), value);
  return { setting: { name, value, principalArn: principal, type: typeOf(name) } };
}

function list(state: EcsState, input: SettingInput, call: AwsCall): object {
  const { settings } = state.region(call);
  const principal = input.principalArn ?? rootOf(call);
  const all = Object.keys(usual).flatMap((name) => {
    const own = settings.get(keyOf(principal, name));
    const inherited = settings.get(keyOf(rootOf(call), name)) ?? usual[name] ?? "";
    if (own === undefined && !input.effectiveSettings) return [];
    return { name, value: own ?? inherited, principalArn: principal, type: typeOf(name) };
  });
  const wanted = all.filter(({ name, value }) => (input.name ?? name) === name && (input.value ?? value) === value);
  const scope = `ListAccountSettings ${principal} ${input.name ?? ""} ${input.value ?? ""} ${input.effectiveSettings ?? false}`;
  const { page, ...rest } = paginate(wanted, input, { scope, limit: 10, keyOf: ({ name }) => name });
  return { settings: page, ...rest };
}

function remove(state: EcsState, { name = "", principalArn }: SettingInput, call: AwsCall): object {
  const { settings } = state.region(call);
  const principal = principalArn ?? rootOf(call);
  const value = settings.get(keyOf(principal, name)) ?? "";
  settings.delete(keyOf(principal, name));
  return { setting: { name, value, principalArn: principal, type: typeOf(name) } };
}

/** What can be asked of an account's settings. */
export const settingOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  PutAccountSetting: async (input: SettingInput, call) => put(state, input, call),
  PutAccountSettingDefault: async ({ principalArn: _, ...input }: SettingInput, call) => put(state, input, call),
  DeleteAccountSetting: async (input: SettingInput, call) => remove(state, input, call),
  ListAccountSettings: async (input: SettingInput, call) => list(state, input, call),
});
