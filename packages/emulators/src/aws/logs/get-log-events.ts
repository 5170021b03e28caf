import type { AwsOperation } from "../aws-service.ts";
import { placeOfGroup, type GroupReference } from "./find-log-group.ts";
import { startPosition, type LogEvent, type LogPosition } from "./log-event.ts";
import { visibleEvents } from "./log-group.ts";
import type { LogStore } from "./log-store.ts";
import { decodePageToken, encodePageToken, type PageDirection } from "./page-token.ts";
import { takePage } from "./take-page.ts";

interface GetLogEventsInput extends GroupReference {
  readonly logStreamName: string;
  readonly startTime?: number;
  /** Exclusive here, though inclusive in FilterLogEvents. */
  readonly endTime?: number;
  readonly nextToken?: string;
  readonly limit?: number;
  readonly startFromHead?: boolean;
}

const justBefore = ({ timestamp, sequence }: LogPosition): LogPosition => ({ timestamp, sequence: sequence - 1 });

/**
 * Pages that end on the token that was sent. A page may be empty before the end, as with the fault `logs:empty-page`: its tokens
 * are other ones. An event that arrives late, with a timestamp before a token's position, is not on that token's pages.
 */
export function getLogEvents(store: LogStore): AwsOperation {
  let nonce = 0;
  return async (input: GetLogEventsInput, call) => {
    const { logStreamName, startTime = 0, endTime = Infinity, nextToken, limit, startFromHead = false } = input;
    const place = { ...placeOfGroup(input, call), stream: logStreamName };
    const stream = store.stream(place);
    const now = call.clock.now();
    const sent = nextToken === undefined ? undefined : decodePageToken(nextToken, now);
    const direction: PageDirection = sent?.direction ?? (startFromHead ? "f" : "b");
    const inWindow = ({ timestamp }: LogEvent): boolean => timestamp >= startTime && timestamp < endTime;
    const events = visibleEvents(store.group(place), stream, now).filter(inWindow);
    const held = call.faults.some(({ kind }) => kind === "logs:empty-page");
    const page = held ? [] : takePage(events, { direction, from: sent?.position, limit });
    const here = sent?.position ?? (direction === "b" ? positionAfter(events) : startPosition);
    const token = (towards: PageDirection, position: LogPosition): string => {
      // The end of the way that the sent token goes: nothing was found, and nothing held back.
      if (sent?.direction === towards && page.length === 0 && !held && nextToken !== undefined) return nextToken;
      return encodePageToken({ direction: towards, position, issuedAt: now, nonce: ++nonce });
    };
    const [first, last] = [page.at(0), page.at(-1)];
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: token("f", last ?? (direction === "b" ? justBefore(here) : here)),
      nextBackwardToken: token("b", first ?? (direction === "f" ? justAfter(here) : here)),
    };
  };
}

const justAfter = ({ timestamp, sequence }: LogPosition): LogPosition => ({ timestamp, sequence: sequence + 1 });
const positionAfter = (events: readonly LogEvent[]): LogPosition => justAfter(events.at(-1) ?? startPosition);
