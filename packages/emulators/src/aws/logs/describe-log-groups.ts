import type { AwsOperation } from "../aws-service.ts";
import { paginate } from "../paginate.ts";
import { identifyGroup } from "./find-log-group.ts";
import { invalidParameter, invalidToken } from "./log-errors.ts";
import type { LogGroup } from "./log-group.ts";
import type { LogStore } from "./log-store.ts";

interface DescribeLogGroupsInput {
  readonly logGroupNamePrefix?: string;
  readonly logGroupNamePattern?: string;
  readonly logGroupClass?: string;
  readonly logGroupIdentifiers?: readonly string[];
  readonly nextToken?: string;
  readonly limit?: number;
}

/** The service's own page. */
const defaultLimit = 50;

const storedBytes = ({ streams }: LogGroup): number =>
  [...streams.values()].flatMap(({ events }) => events).reduce((sum, { bytes }) => sum + bytes, 0);

const briefly = ({ name, arn, creationTime }: LogGroup): object => ({ logGroupName: name, creationTime, arn: `${arn}:*` });
const describe = (group: LogGroup): object => ({
  ...briefly(group),
  ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
  ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
  metricFilterCount: 0,
  storedBytes: storedBytes(group),
  logGroupClass: group.logGroupClass,
  logGroupArn: group.arn,
  deletionProtectionEnabled: group.deletionProtectionEnabled,
});

/** The account's groups in this region, by name. */
export function describeLogGroups(store: LogStore): AwsOperation {
  return async (input: DescribeLogGroupsInput, call) => {
    const { logGroupNamePrefix, logGroupNamePattern, logGroupClass, logGroupIdentifiers, nextToken: token } = input;
    if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined)
      throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    const wanted = logGroupIdentifiers?.map((identifier) => identifyGroup(identifier, call).group);
    const groups = store
      .groups(call)
      .filter(({ name }) => name.startsWith(logGroupNamePrefix ?? "") && name.includes(logGroupNamePattern ?? ""))
      .filter((group) => logGroupClass === undefined || group.logGroupClass === logGroupClass)
      .filter(({ name }) => wanted === undefined || wanted.includes(name));
    const limit = input.limit ?? defaultLimit;
    const { items, nextToken } = paginate({ items: groups, keyOf: ({ name }) => name, limit, token, invalidToken });
    return { logGroups: items.map(logGroupNamePattern === undefined ? describe : briefly), nextToken };
  };
}
