import { comparePositions, type LogEvent } from "./log-event.ts";

/** A stream's events in order, and what is known of it. */
export interface LogStream {
  readonly name: string;
  readonly creationTime: number;
  readonly events: LogEvent[];
}

/** A group of one account and region. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly creationTime: number;
  readonly logGroupClass: string;
  readonly kmsKeyId?: string;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, LogStream>;
  retentionInDays?: number;
  deletionProtectionEnabled: boolean;
}

const dayMs = 86_400_000;

/** Puts an event where its timestamp belongs: nearly always at the end. */
export function insertEvent({ events }: LogStream, event: LogEvent): void {
  let index = events.length;
  while (index > 0 && comparePositions(events[index - 1] as LogEvent, event) > 0) index--;
  events.splice(index, 0, event);
}

/** What readers can see: what has arrived, and is not past the group's retention. */
export function visibleEvents(group: LogGroup, stream: LogStream, now: number): readonly LogEvent[] {
  const { retentionInDays } = group;
  const oldest = retentionInDays === undefined ? -Infinity : now - retentionInDays * dayMs;
  return stream.events.filter(({ ingestionTime, timestamp }) => ingestionTime <= now && timestamp >= oldest);
}
