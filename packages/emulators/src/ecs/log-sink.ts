/** Where the output of containers goes. */
export interface LogPlace {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** What ECS needs of a log service. */
export interface LogSink {
  hasGroup(place: Omit<LogPlace, "stream">): boolean;
  createGroup(place: Omit<LogPlace, "stream">): void;
  /** Makes the stream where it is missing. @throws where the group is. */
  append(place: LogPlace, events: readonly LogEvent[]): void;
}
