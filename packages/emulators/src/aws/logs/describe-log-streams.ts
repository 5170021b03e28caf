import type { AwsOperation } from "../aws-service.ts";
import { paginate } from "../paginate.ts";
import { placeOfGroup, type GroupReference } from "./find-log-group.ts";
import { invalidParameter, invalidToken } from "./log-errors.ts";
import { visibleEvents, type LogGroup, type LogStream } from "./log-group.ts";
import type { LogStore } from "./log-store.ts";

interface DescribeLogStreamsInput extends GroupReference {
  readonly logStreamNamePrefix?: string;
  readonly orderBy?: "LogStreamName" | "LastEventTime";
  readonly descending?: boolean;
  readonly nextToken?: string;
  readonly limit?: number;
}

interface DescribedStream {
  readonly key: string;
  readonly told: object;
}

/** The service's own page. */
const defaultLimit = 50;

function describe(group: LogGroup, stream: LogStream, when: { now: number; byTime: boolean }): DescribedStream {
  const events = visibleEvents(group, stream, when.now);
  const last = events.at(-1);
  const time = String(last?.timestamp ?? 0).padStart(14, "0");
  return {
    key: when.byTime ? `${time} ${stream.name}` : stream.name,
    told: {
      logStreamName: stream.name,
      creationTime: stream.creationTime,
      firstEventTimestamp: events[0]?.timestamp,
      lastEventTimestamp: last?.timestamp,
      lastIngestionTime: last && events.reduce((latest, { ingestionTime }) => Math.max(latest, ingestionTime), 0),
      uploadSequenceToken: String(stream.creationTime).padStart(56, "4"),
      arn: `${group.arn}:log-stream:${stream.name}`,
      // The service has reported no other number since 2019.
      storedBytes: 0,
    },
  };
}

/**
 * A group's streams, by name or by their last event. The fault `logs:stale-streams` with `ms` tells of what was there so long
 * ago: the service says itself that these times lag.
 */
export function describeLogStreams(store: LogStore): AwsOperation {
  return async (input: DescribeLogStreamsInput, call) => {
    const { logStreamNamePrefix, orderBy = "LogStreamName", descending = false, nextToken: token } = input;
    const byTime = orderBy === "LastEventTime";
    if (byTime && logStreamNamePrefix !== undefined)
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    const group = store.group(placeOfGroup(input, call));
    const stale = call.faults.find(({ kind }) => kind === "logs:stale-streams");
    const now = call.clock.now() - (stale && "ms" in stale ? Number(stale.ms) : 0);
    const streams = [...group.streams.values()]
      .filter(({ name }) => name.startsWith(logStreamNamePrefix ?? ""))
      .map((stream) => describe(group, stream, { now, byTime }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
    const items = descending ? streams.toReversed() : streams;
    const limit = input.limit ?? defaultLimit;
    const page = paginate({ items, keyOf: ({ key }) => key, limit, token, invalidToken, descending });
    return { logStreams: page.items.map(({ told }) => told), nextToken: page.nextToken };
  };
}
