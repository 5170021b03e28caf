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
 * Calls a second, per account and region. CreateLogStream and DescribeLogStreams: the text of the service's model. The others: the
 * table of quotas in the service's user guide, as it stood in 2020; where it differs by region, the lower number. AWS has raised
 * some of them since: who keeps within these keeps within those.
 */
const rates: Readonly<Record<string, TokenBucketLimits>> = {
  CreateLogStream: perSecond(50),
  DescribeLogGroups: perSecond(5),
  DescribeLogStreams: perSecond(25),
  FilterLogEvents: perSecond(5),
  GetLogEvents: perSecond(10),
  PutLogEvents: perSecond(800),
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
