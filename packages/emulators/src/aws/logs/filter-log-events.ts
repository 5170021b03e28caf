import type { AwsOperation } from "../aws-service.ts";
import { compileFilterPattern } from "./filter-pattern.ts";
import { placeOfGroup, type GroupReference } from "./find-log-group.ts";
import { invalidParameter, noSuchStream } from "./log-errors.ts";
import { comparePositions, eventIdOf, startPosition, type LogEvent } from "./log-event.ts";
import { visibleEvents, type LogGroup, type LogStream } from "./log-group.ts";
import type { LogStore } from "./log-store.ts";
import { decodePageToken, encodePageToken } from "./page-token.ts";
import { takePage } from "./take-page.ts";

interface FilterLogEventsInput extends GroupReference {
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  /** Inclusive here, though exclusive in GetLogEvents. */
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly nextToken?: string;
  readonly limit?: number;
  readonly startFromHead?: boolean;
}

function streamsOf({ streams }: LogGroup, { logStreamNames, logStreamNamePrefix = "" }: FilterLogEventsInput): LogStream[] {
  if (!logStreamNames) return [...streams.values()].filter(({ name }) => name.startsWith(logStreamNamePrefix));
  return logStreamNames.map((name) => {
    const stream = streams.get(name);
    if (!stream) throw noSuchStream();
    return stream;
  });
}

/** Every matching event that can be seen, of all streams, interleaved. */
function findEvents(group: LogGroup, input: FilterLogEventsInput, now: number): readonly LogEvent[] {
  const { startTime = 0, endTime = Infinity, filterPattern = "" } = input;
  const matches = compileFilterPattern(filterPattern);
  return streamsOf(group, input)
    .flatMap((stream) => visibleEvents(group, stream, now))
    .filter(({ timestamp, message }) => timestamp >= startTime && timestamp <= endTime && matches(message))
    .sort(comparePositions);
}

/** Pages over a group's streams that end where there is no token. The fault `logs:empty-page` gives an empty page with one. */
export function filterLogEvents(store: LogStore): AwsOperation {
  return async (input: FilterLogEventsInput, call) => {
    const { logStreamNames, logStreamNamePrefix, nextToken, limit, startFromHead = true } = input;
    if (logStreamNames && logStreamNamePrefix !== undefined)
      throw invalidParameter("logStreamNames and logStreamNamePrefix cannot be specified together.");
    const now = call.clock.now();
    const sent = nextToken === undefined ? undefined : decodePageToken(nextToken, now);
    const direction = sent?.direction ?? (startFromHead ? "f" : "b");
    const events = findEvents(store.group(placeOfGroup(input, call)), input, now);
    const newestFirst = direction === "b";
    const token = (position = newestFirst ? endPosition : startPosition): string =>
      encodePageToken({ direction, position, issuedAt: now, nonce: 0 });
    if (call.faults.some(({ kind }) => kind === "logs:empty-page"))
      return { events: [], searchedLogStreams: [], nextToken: token(sent?.position) };
    const page = takePage(events, { direction, from: sent?.position, limit });
    const edge = newestFirst ? page[0] : page.at(-1);
    const end = newestFirst ? events[0] : events.at(-1);
    const given = newestFirst ? page.toReversed() : page;
    return {
      events: given.map((event) => ({
        logStreamName: event.stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: eventIdOf(event),
      })),
      searchedLogStreams: [],
      ...(edge !== undefined && edge !== end && { nextToken: token(edge) }),
    };
  };
}

/** After every event that there can be. */
const endPosition = { timestamp: 99_999_999_999_999, sequence: 0 };
