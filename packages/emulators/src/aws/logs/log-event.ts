/** One event of a stream. Times in milliseconds since 1970. */
export interface LogEvent {
  /** Its stream's name. */
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
  /** From when on readers see it. */
  readonly ingestionTime: number;
  /** Higher than that of every event that was stored before. */
  readonly sequence: number;
  /** As quotas and pages count: the text's bytes in UTF-8 and 26 for each event. */
  readonly bytes: number;
}

/** What the service counts for an event besides its text, by its documentation. */
const overheadBytes = 26;
export const eventBytes = (message: string): number => Buffer.byteLength(message) + overheadBytes;

/** A place between events. Events are in the order of their timestamps, those of one millisecond in that of their arrival. */
export interface LogPosition {
  readonly timestamp: number;
  readonly sequence: number;
}

export const startPosition: LogPosition = { timestamp: 0, sequence: 0 };

export const comparePositions = (one: LogPosition, other: LogPosition): number =>
  one.timestamp - other.timestamp || one.sequence - other.sequence;

/** The service's id of an event: digits, in the order of the events. */
export const eventIdOf = ({ timestamp, sequence }: LogPosition): string =>
  `${String(timestamp).padStart(20, "0")}${String(sequence).padStart(36, "0")}`;
