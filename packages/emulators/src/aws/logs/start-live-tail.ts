import { randomUUID } from "node:crypto";
import type { AwsCall, AwsOperation } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { compileFilterPattern } from "./filter-pattern.ts";
import { parseGroupArn } from "./find-log-group.ts";
import { invalidParameter } from "./log-errors.ts";
import type { LogEvent } from "./log-event.ts";
import type { LogStore, LogStreamPlace } from "./log-store.ts";

interface StartLiveTailInput {
  readonly logGroupIdentifiers: readonly string[];
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefixes?: readonly string[];
  readonly logEventFilterPattern?: string;
}
interface TailedEvent {
  readonly event: LogEvent;
  readonly told: object;
}

/** The service's documented numbers. */
const updateMs = 1000;
const sessionMs = 3 * 60 * 60 * 1000;
const eventsPerUpdate = 500;
const bufferedEvents = 5000;
const sessionsAtOnce = 15;

/** Says which events a session is about. */
function selectorOf(store: LogStore, input: StartLiveTailInput): (event: LogEvent, place: LogStreamPlace) => boolean {
  const { logGroupIdentifiers, logStreamNames, logStreamNamePrefixes, logEventFilterPattern = "" } = input;
  if (logStreamNames && logStreamNamePrefixes)
    throw invalidParameter("logStreamNames and logStreamNamePrefixes cannot be specified together.");
  if ((logStreamNames ?? logStreamNamePrefixes) && logGroupIdentifiers.length > 1)
    throw invalidParameter("Log streams can be specified for one log group alone.");
  const groups = new Set(
    logGroupIdentifiers.map((identifier) => {
      const place = identifier.endsWith("*") ? undefined : parseGroupArn(identifier);
      if (!place) throw invalidParameter(`Invalid log group ARN: ${identifier}`);
      return store.group(place).arn;
    }),
  );
  const matches = compileFilterPattern(logEventFilterPattern);
  return ({ message }, place) =>
    groups.has(store.findGroup(place)?.arn ?? "") &&
    (logStreamNames?.includes(place.stream) ?? true) &&
    (logStreamNamePrefixes?.some((prefix) => place.stream.startsWith(prefix)) ?? true) &&
    matches(message);
}

/** Every so-manieth, up to what an update holds. */
function sample(events: readonly TailedEvent[]): readonly TailedEvent[] {
  if (events.length <= eventsPerUpdate) return events;
  return Array.from(
    { length: eventsPerUpdate },
    (_, index) => events[Math.floor((index * events.length) / eventsPerUpdate)] as TailedEvent,
  );
}

interface Session {
  readonly input: StartLiveTailInput;
  readonly call: AwsCall;
  /** What was stored and not told yet. */
  pending: TailedEvent[];
}

/** Takes what can be seen by now. */
function takeDue(session: Session, now: number): readonly TailedEvent[] {
  const due = session.pending.filter(({ event }) => event.ingestionTime <= now);
  session.pending = session.pending.filter(({ event }) => event.ingestionTime > now);
  return due;
}

async function* updatesOf(session: Session, end: () => void): AsyncGenerator<object, void, void> {
  const { input, call } = session;
  const { clock, signal, requestId } = call;
  const endsAt = clock.now() + sessionMs;
  try {
    yield { sessionStart: { requestId, sessionId: randomUUID(), ...input } };
    while (await passes(clock.sleep(updateMs, signal))) {
      const now = clock.now();
      if (now >= endsAt) throw new ModelledError("SessionTimeoutException", "The session has been open for three hours.");
      const due = takeDue(session, now);
      const sessionResults = sample(due).map(({ told }) => told);
      yield { sessionUpdate: { sessionMetadata: { sampled: due.length > sessionResults.length }, sessionResults } };
    }
  } finally {
    end();
  }
}

/** False where whoever asked has gone, or the emulator closes. */
const passes = (time: Promise<void>): Promise<boolean> =>
  time.then(
    () => true,
    () => false,
  );

/** A session tells each second what has come since; more than 500 events a second are sampled, and whoever reads slowly loses the oldest. */
export function startLiveTail(store: LogStore): AwsOperation {
  const sessions = new Set<Session>();
  return async (input: StartLiveTailInput, call) => {
    const selects = selectorOf(store, input);
    if (sessions.size >= sessionsAtOnce)
      throw new ModelledError("LimitExceededException", `There are ${sessionsAtOnce} Live Tail sessions already.`);
    const session: Session = { input, call, pending: [] };
    const stop = store.listen((event, place) => {
      if (!selects(event, place)) return;
      const { timestamp, message, ingestionTime } = event;
      const logGroupIdentifier = `${place.account}:${place.group}`;
      session.pending.push({
        event,
        told: { logStreamName: place.stream, logGroupIdentifier, timestamp, message, ingestionTime },
      });
      if (session.pending.length > bufferedEvents) session.pending.shift();
    });
    sessions.add(session);
    const end = (): void => {
      if (!sessions.delete(session)) return;
      stop();
    };
    // Also of a session whose stream nobody has begun to read.
    call.signal.addEventListener("abort", end, { once: true });
    return { responseStream: updatesOf(session, end) };
  };
}
