import type { TokenBucketLimits } from "../../token-bucket.ts";
import type { AwsService } from "../aws-service.ts";
import { loadServiceModel } from "../service-model.ts";
import { describeProblems } from "../validate-input.ts";
import { describeLogGroups } from "./describe-log-groups.ts";
import { describeLogStreams } from "./describe-log-streams.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getLogEvents } from "./get-log-events.ts";
import { invalidParameter } from "./log-errors.ts";
import { logGroupOperations } from "./log-group-operations.ts";
import { logPolicyOperations } from "./log-policy-operations.ts";
import type { LogStore } from "./log-store.ts";
import { logTagOperations } from "./log-tag-operations.ts";
import { putLogEvents } from "./put-log-events.ts";
import { startLiveTail } from "./start-live-tail.ts";

const perSecond = (rate: number): TokenBucketLimits => ({ perSecond: rate, burst: rate });

/**
 * Calls a second, per account and region. CreateLogStream and DescribeLogStreams: the service model's own text. FilterLogEvents:
 * AWS's article on throttled logs. The others: the default quotas that AWS lists for the service.
 */
const rates: Readonly<Record<string, TokenBucketLimits>> = {
  CreateLogGroup: perSecond(10),
  CreateLogStream: perSecond(50),
  DeleteLogGroup: perSecond(10),
  DeleteLogStream: perSecond(15),
  DescribeLogGroups: perSecond(10),
  DescribeLogStreams: perSecond(25),
  FilterLogEvents: perSecond(5),
  GetLogEvents: perSecond(25),
  PutLogEvents: perSecond(5000),
  PutRetentionPolicy: perSecond(5),
};

/** CloudWatch Logs, over a store that containers' output comes into, too. */
export async function createLogsService(store: LogStore): Promise<AwsService> {
  return {
    name: "logs",
    model: await loadServiceModel("logs"),
    rates,
    refuse: (problems) => invalidParameter(describeProblems(problems)),
    operations: {
      ...logGroupOperations(store),
      ...logPolicyOperations(store),
      ...logTagOperations(store),
      DescribeLogGroups: describeLogGroups(store),
      DescribeLogStreams: describeLogStreams(store),
      FilterLogEvents: filterLogEvents(store),
      GetLogEvents: getLogEvents(store),
      PutLogEvents: putLogEvents(store),
      StartLiveTail: startLiveTail(store),
    },
  };
}
