import type { Call } from "./call.ts";
import { decodeCursor } from "./log-cursor.ts";
import { LogLines } from "./log-lines.ts";
import type { DriverLogItem, LogCursor, LogRecord } from "./log-record.ts";
import type { Instant } from "./instant.ts";
import type { LongshoreError } from "./longshore-error.ts";
import type { Pauses } from "./retry.ts";
import type { DriverLogQuery } from "./runtime-driver.ts";

export interface LogQuery {
  /** Go on until the task has ended, or the service was stopped or removed, and everything it wrote was read. Default: false. */
  readonly follow?: boolean;
  /** Go on right after the record that bore it. */
  readonly cursor?: LogCursor;
  /** Leave out what is older. Where lines have no times, everything is shown. */
  readonly since?: Instant;
  /** The last so many records of what there is when the reading begins. */
  readonly tail?: number;
}
export interface LogSource {
  readonly open: (query: DriverLogQuery, call: Call) => AsyncIterable<readonly DriverLogItem[]>;
  readonly wrap: (error: unknown) => LongshoreError;
  readonly mask: (text: string) => string;
  readonly pauses: Pauses;
}
/** Openings in a row that bring nothing: with the pauses between them about a minute. */
const mostVainOpenings = 15;

const asDriverQuery = ({ follow = false, since, tail }: LogQuery, cursor: LogCursor | undefined): DriverLogQuery => {
  if (cursor !== undefined) return { follow, positions: positionsOf(cursor) };
  return { follow, ...(since !== undefined && { since }), ...(tail !== undefined && { tail }) };
};

const positionsOf = (cursor: LogCursor): NonNullable<DriverLogQuery["positions"]> =>
  Object.fromEntries(Object.entries(decodeCursor(cursor)).map(([instance, { position }]) => [instance, position]));

/**
 * Whole lines, over as many connections as it takes: when one breaks, the next goes on from the last record's cursor, so
 * that nothing is missing and nothing comes twice. In batches, as the driver has them.
 */
export async function* followLogs(
  source: LogSource,
  query: LogQuery,
  call: Call,
): AsyncGenerator<readonly LogRecord[], void, void> {
  let { cursor } = query;
  for (;;) {
    const lines = new LogLines({ mask: source.mask, ...(cursor !== undefined && { cursor }) });
    try {
      for await (const items of source.open(asDriverQuery(query, cursor), call)) {
        const records: LogRecord[] = [];
        for (const item of items) lines.push(item, records);
        if (records.length === 0) continue;
        ({ cursor } = records.at(-1) as LogRecord);
        source.pauses.reset();
        yield wantedOf(records, query);
      }
      const tails: LogRecord[] = [];
      lines.end(tails);
      yield wantedOf(tails, query);
      return;
    } catch (error) {
      call.signal.throwIfAborted();
      const wrapped = source.wrap(error);
      if (!wrapped.retryable || source.pauses.taken >= mostVainOpenings) throw wrapped;
      await source.pauses.take(call.signal);
    }
  }
}

const wantedOf = (records: readonly LogRecord[], { since, cursor }: LogQuery): readonly LogRecord[] =>
  since === undefined || cursor !== undefined
    ? records
    : records.filter((record) => "gap" in record || record.at === undefined || record.at >= since);

/** The last `count` records; reads to the end of what there is, and holds no more than it shows. */
export async function lastRecords(batches: AsyncIterable<readonly LogRecord[]>, count: number): Promise<readonly LogRecord[]> {
  let held: readonly LogRecord[] = [];
  for await (const records of batches) held = count === 0 ? [] : [...held, ...records].slice(-count);
  return held;
}
