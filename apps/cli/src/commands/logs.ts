import { instant, type LogCursor, type LogQuery, type LogRecord, workloadId } from "@longshore/core";
import { describeRecord } from "../output/describe-record.ts";
import { InstancePrefix } from "../output/instance-prefix.ts";
import { writeRecord } from "../output/write-record.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import { type Reading, recordsOf } from "../runtimes/records-of.ts";
import type { Session } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";

export interface LogsFlags {
  readonly follow?: boolean;
  readonly since?: string;
  readonly tail?: string;
  readonly instance?: string;
  /** `--no-prefix`. */
  readonly prefix?: boolean;
}

function readTail(tail: string | undefined): Pick<LogQuery, "tail"> {
  if (tail === undefined) return {};
  if (/^\d{1,9}$/.test(tail)) return { tail: Number(tail) };
  throw flagError("--tail", `got ${JSON.stringify(tail)}, expected a whole number of lines`);
}

/** A cursor, which names a record, or a time. */
function readSince(since: string | undefined): Pick<LogQuery, "since" | "cursor"> {
  if (since === undefined) return {};
  if (/^v\d+\./.test(since)) return { cursor: since as LogCursor };
  try {
    return { since: instant(since) };
  } catch {
    throw flagError(
      "--since",
      `got ${JSON.stringify(since.slice(0, 60))}, expected a cursor from --json or a time such as 2026-01-31T12:00:00Z`,
    );
  }
}

function readQuery({ follow = false, since, tail }: LogsFlags): LogQuery {
  const query = { follow, ...readTail(tail), ...readSince(since) };
  if (query.cursor === undefined || query.tail === undefined) return query;
  throw flagError("--tail", "goes with a time in --since, and not with a cursor");
}

/** Each line to the stream that it was written to. With `follow`, until the workload has ended and all was shown. */
export async function logs(session: Session, id: string, flags: LogsFlags): Promise<number> {
  const query = readQuery(flags);
  await using found = await findWorkload(session, workloadId(id));
  const { runtime, workload } = found;
  const several = workload.kind === "service" && flags.instance === undefined && flags.prefix !== false;
  const prefix = several ? new InstancePrefix(session.output) : undefined;
  const show = async (record: LogRecord): Promise<void> => {
    if (session.json) await session.output.json(describeRecord(record));
    else await (prefix?.write(record) ?? writeRecord(session.output, record));
  };
  const reading: Reading = { runtime, id: workload.id, query };
  for await (const record of recordsOf(reading, flags.instance, session.interrupts.signal)) await show(record);
  return 0;
}
