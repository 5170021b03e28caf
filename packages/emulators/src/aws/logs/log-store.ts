import type { Clock } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import { scopeKey, type AwsScope } from "../aws-scope.ts";
import { groupExists, noSuchGroup, noSuchStream, streamExists } from "./log-errors.ts";
import { eventBytes, type LogEvent } from "./log-event.ts";
import { insertEvent, type LogGroup, type LogStream } from "./log-group.ts";
import { splitLogLine } from "./split-log-line.ts";

export interface LogGroupPlace extends AwsScope {
  readonly group: string;
}
export interface LogStreamPlace extends LogGroupPlace {
  readonly stream: string;
}

/** A line and when it was printed, in milliseconds since 1970. */
export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

export interface LogGroupOptions {
  readonly logGroupClass?: string;
  readonly kmsKeyId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionProtectionEnabled?: boolean;
}

export interface LogStoreOptions {
  readonly clock: Clock;
  /** Asked for `logs:append` whenever lines of a container arrive. Default: none. */
  readonly faults?: { next(operation: string): readonly Fault[] };
}

/** Told of every event that is stored, also of one that readers do not see yet. */
export type LogListener = (event: LogEvent, place: LogStreamPlace) => void;

/** The largest event that containers' log driver writes: 256 KiB less what the service counts for each. */
const largestLineBytes = 262_144 - 26;

/** How much later than now each event is seen. */
function delayOf(faults: readonly Fault[], sequence: number): number {
  let delay = 0;
  for (const fault of faults) {
    const ms = "ms" in fault ? Number(fault.ms) : 0;
    if (fault.kind === "logs:late") delay += ms;
    // Every second one, so that what was printed later is seen earlier.
    if (fault.kind === "logs:out-of-order" && sequence % 2 === 1) delay += ms;
  }
  return delay;
}

/**
 * All groups, streams and events, of every account and region. Containers' output is appended here without a request.
 *
 * Faults of an append, or of a `PutLogEvents`: `logs:late` with `ms` (all of it is seen that much later: after the task has
 * stopped, if it is long enough) and `logs:out-of-order` with `ms` (every second event is).
 */
export class LogStore {
  readonly clock: Clock;
  readonly #faults: LogStoreOptions["faults"];
  readonly #groups = new Map<string, Map<string, LogGroup>>();
  readonly #listeners = new Set<LogListener>();
  #sequence = 0;

  constructor({ clock, faults }: LogStoreOptions) {
    this.clock = clock;
    this.#faults = faults;
  }

  /** In the order of their names. */
  groups(scope: AwsScope): readonly LogGroup[] {
    const groups = [...(this.#groups.get(scopeKey(scope))?.values() ?? [])];
    return groups.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  findGroup({ group, ...scope }: LogGroupPlace): LogGroup | undefined {
    return this.#groups.get(scopeKey(scope))?.get(group);
  }

  hasGroup(place: LogGroupPlace): boolean {
    return this.findGroup(place) !== undefined;
  }

  /** @throws `ResourceNotFoundException`. */
  group(place: LogGroupPlace): LogGroup {
    const group = this.findGroup(place);
    if (!group) throw noSuchGroup();
    return group;
  }

  /** @throws `ResourceNotFoundException`. */
  stream(place: LogStreamPlace): LogStream {
    const stream = this.group(place).streams.get(place.stream);
    if (!stream) throw noSuchStream();
    return stream;
  }

  /** @throws `ResourceAlreadyExistsException`. */
  createGroup(place: LogGroupPlace, options: LogGroupOptions = {}): LogGroup {
    const { account, region, group: name } = place;
    if (this.findGroup(place)) throw groupExists();
    const { logGroupClass = "STANDARD", kmsKeyId, tags = {}, deletionProtectionEnabled = false } = options;
    const group: LogGroup = {
      name,
      arn: `arn:aws:logs:${region}:${account}:log-group:${name}`,
      creationTime: this.clock.now(),
      logGroupClass,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      tags: new Map(Object.entries(tags)),
      streams: new Map(),
      deletionProtectionEnabled,
    };
    const groups = this.#groups.get(scopeKey(place)) ?? new Map<string, LogGroup>();
    this.#groups.set(scopeKey(place), groups.set(name, group));
    return group;
  }

  /** @throws `ResourceNotFoundException`. */
  deleteGroup(place: LogGroupPlace): void {
    this.group(place);
    this.#groups.get(scopeKey(place))?.delete(place.group);
  }

  /** @throws `ResourceNotFoundException` for the group; `ResourceAlreadyExistsException`. */
  createStream(place: LogStreamPlace): LogStream {
    const { streams } = this.group(place);
    if (streams.has(place.stream)) throw streamExists();
    const stream: LogStream = { name: place.stream, creationTime: this.clock.now(), events: [] };
    streams.set(place.stream, stream);
    return stream;
  }

  /**
   * Appends a container's lines, as its log driver writes them: empty lines are no events, long ones several, and the stream is
   * made when the first comes.
   * @throws `ResourceNotFoundException` where the group is missing.
   */
  append(place: LogStreamPlace, lines: readonly LogLine[]): void {
    const { streams } = this.group(place);
    const parts = lines.flatMap(({ timestamp, message }) =>
      splitLogLine(message, largestLineBytes).map((part) => ({ timestamp, message: part })),
    );
    if (parts.length === 0) return;
    if (!streams.has(place.stream)) this.createStream(place);
    this.store(place, parts, this.#faults?.next("logs:append"));
  }

  /**
   * Stores events as they are, in a stream that exists.
   * @throws `ResourceNotFoundException`.
   */
  store(place: LogStreamPlace, lines: readonly LogLine[], faults: readonly Fault[] = []): void {
    const stream = this.stream(place);
    const now = this.clock.now();
    for (const { timestamp, message } of lines) {
      const sequence = ++this.#sequence;
      const ingestionTime = now + delayOf(faults, sequence);
      const event: LogEvent = { stream: stream.name, timestamp, message, ingestionTime, sequence, bytes: eventBytes(message) };
      insertEvent(stream, event);
      for (const listener of this.#listeners) listener(event, place);
    }
  }

  /** Hears of events from now on, until the returned function is called. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
