import type { AwsOperation } from "../aws-service.ts";
import { invalidParameter } from "./log-errors.ts";
import { eventBytes } from "./log-event.ts";
import type { LogGroup } from "./log-group.ts";
import type { LogLine, LogStore } from "./log-store.ts";

interface PutLogEventsInput {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logEvents: readonly LogLine[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The service's documented limits of a batch, and of an event: 1 MiB. */
const batchBytes = 1_048_576;
const oldestMs = 14 * dayMs;
const newestMs = 2 * hourMs;

function checkBatch(events: readonly LogLine[]): void {
  const sizes = events.map(({ message }) => eventBytes(message));
  const largest = Math.max(...sizes);
  if (largest > batchBytes) throw invalidParameter(`Log event too large: ${largest} bytes exceeds limit of ${batchBytes}`);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > batchBytes) throw invalidParameter(`Upload too large: ${total} bytes exceeds limit of ${batchBytes}`);
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
    throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
}

interface SortedBatch {
  readonly accepted: readonly LogLine[];
  /** As the service counts: exclusive ends of what is too old, the inclusive start of what is too new. */
  readonly rejected: Readonly<Record<string, number>>;
}

function sortBatch(events: readonly LogLine[], group: LogGroup, now: number): SortedBatch {
  const retentionMs = (group.retentionInDays ?? Infinity) * dayMs;
  const tooOld = events.filter(({ timestamp }) => timestamp < now - oldestMs).length;
  const expired = events.filter(({ timestamp }) => timestamp < now - retentionMs).length;
  const tooNew = events.findIndex(({ timestamp }) => timestamp > now + newestMs);
  return {
    accepted: events.slice(Math.max(tooOld, expired), tooNew < 0 ? undefined : tooNew),
    rejected: {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
      ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
    },
  };
}

/** Takes a batch; what is too old or too new is left out and told of. Sequence tokens are ignored, as the service does now. */
export function putLogEvents(store: LogStore): AwsOperation {
  return async ({ logGroupName, logStreamName, logEvents }: PutLogEventsInput, call) => {
    const place = { account: call.account, region: call.region, group: logGroupName, stream: logStreamName };
    const group = store.group(place);
    store.stream(place);
    checkBatch(logEvents);
    const { accepted, rejected } = sortBatch(logEvents, group, call.clock.now());
    const [first, last] = [accepted.at(0), accepted.at(-1)];
    if (first && last && last.timestamp - first.timestamp > dayMs)
      throw invalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    store.store(place, accepted, call.faults);
    const token = String(call.clock.now()).padStart(56, "4");
    return { nextSequenceToken: token, ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }) };
  };
}
