import type { AwsCall, AwsOperation } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { invalidParameter, noSuchStream } from "./log-errors.ts";
import type { LogGroup } from "./log-group.ts";
import type { LogGroupOptions, LogStore } from "./log-store.ts";

interface GroupInput {
  readonly logGroupName: string;
}
interface StreamInput extends GroupInput {
  readonly logStreamName: string;
}

/** Groups and streams made and deleted. */
export function logGroupOperations(store: LogStore): Readonly<Record<string, AwsOperation>> {
  const placeOf = ({ logGroupName }: GroupInput, { account, region }: AwsCall) => ({ account, region, group: logGroupName });
  const groupOf = (input: GroupInput, call: AwsCall): LogGroup => store.group(placeOf(input, call));
  const checkUnprotected = ({ deletionProtectionEnabled }: LogGroup): void => {
    if (deletionProtectionEnabled)
      throw new ModelledError("ValidationException", "The log group has deletion protection enabled.");
  };
  return {
    CreateLogGroup: async (input: GroupInput & LogGroupOptions, call) => {
      if (/^aws\//i.test(input.logGroupName)) throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
      store.createGroup(placeOf(input, call), input);
      return {};
    },
    DeleteLogGroup: async (input: GroupInput, call) => {
      checkUnprotected(groupOf(input, call));
      store.deleteGroup(placeOf(input, call));
      return {};
    },
    CreateLogStream: async (input: StreamInput, call) => {
      store.createStream({ ...placeOf(input, call), stream: input.logStreamName });
      return {};
    },
    DeleteLogStream: async (input: StreamInput, call) => {
      const group = groupOf(input, call);
      checkUnprotected(group);
      if (!group.streams.delete(input.logStreamName)) throw noSuchStream();
      return {};
    },
  };
}
