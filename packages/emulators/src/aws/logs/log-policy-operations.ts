import type { AwsCall, AwsOperation } from "../aws-service.ts";
import { identifyGroup } from "./find-log-group.ts";
import { invalidParameter } from "./log-errors.ts";
import type { LogGroup } from "./log-group.ts";
import type { LogStore } from "./log-store.ts";

interface GroupInput {
  readonly logGroupName: string;
}

/** What the service offers, in days. */
const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** How long groups keep events, and whether they can be deleted. */
export function logPolicyOperations(store: LogStore): Readonly<Record<string, AwsOperation>> {
  const groupOf = (group: string, { account, region }: AwsCall): LogGroup => store.group({ account, region, group });
  return {
    PutRetentionPolicy: async (input: GroupInput & { readonly retentionInDays: number }, call) => {
      if (!retentionDays.includes(input.retentionInDays))
        throw invalidParameter(`retentionInDays must be one of ${retentionDays.join(", ")}.`);
      groupOf(input.logGroupName, call).retentionInDays = input.retentionInDays;
      return {};
    },
    DeleteRetentionPolicy: async (input: GroupInput, call) => {
      delete groupOf(input.logGroupName, call).retentionInDays;
      return {};
    },
    PutLogGroupDeletionProtection: async (
      input: { readonly logGroupIdentifier: string; readonly deletionProtectionEnabled: boolean },
      call,
    ) => {
      const group = store.group(identifyGroup(input.logGroupIdentifier, call));
      group.deletionProtectionEnabled = input.deletionProtectionEnabled;
      return {};
    },
  };
}
