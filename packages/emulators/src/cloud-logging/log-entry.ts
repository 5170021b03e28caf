/** What is known of an entry before it is received, in the JSON form of its message. Members that are not here are kept, too. */
export interface NewLogEntry {
  readonly logName: string;
  readonly resource: { readonly type: string; readonly labels?: Readonly<Record<string, string>> };
  readonly timestamp: string;
  readonly insertId?: string;
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
  readonly protoPayload?: { readonly "@type": string } & Readonly<Record<string, unknown>>;
  readonly trace?: string;
  readonly spanId?: string;
}

export interface LogEntry extends NewLogEntry {
  readonly receiveTimestamp: string;
  readonly insertId: string;
}

export interface StoredEntry {
  readonly entry: LogEntry;
  /** The timestamp so that texts compare as times do. */
  readonly at: string;
  /** Whoever asks before this moment of the emulator's clock does not see it. */
  readonly visibleAt: number;
  /** In the order in which they came. */
  readonly sequence: number;
}

/** A timestamp with nine digits of a second, so that two of them compare as texts. */
export function sortableTime(timestamp: string): string {
  const [, whole = "", fraction = ""] = /^([^.Z]*)(?:\.(\d+))?/.exec(timestamp) ?? [];
  return `${whole}.${fraction.padEnd(9, "0")}Z`;
}

/** The time of a moment in microseconds since 1970. */
export function microTimestamp(micros: number): string {
  const ms = Math.floor(micros / 1000);
  return new Date(ms).toISOString().replace("Z", `${String(micros % 1000).padStart(3, "0")}Z`);
}
