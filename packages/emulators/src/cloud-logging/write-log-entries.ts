import { GoogleError, invalid } from "../google/google-error.ts";
import type { GoogleCall } from "../google/google-service.ts";
import { toTimestamp } from "../google/timestamp.ts";
import type { EntryStore } from "./entry-store.ts";
import type { LogEntry } from "./log-entry.ts";

export interface WriteLogEntriesRequest {
  readonly logName?: string;
  readonly resource?: LogEntry["resource"];
  readonly labels?: Readonly<Record<string, string>>;
  readonly entries: readonly Partial<LogEntry>[];
  readonly partialSuccess?: boolean;
  readonly dryRun?: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Older entries are taken, and not kept. */
const oldestDays = 30;
/** About what the service takes of one entry. */
const largestEntryBytes = 256 * 1024;

function complete(entry: Partial<LogEntry>, { logName, resource, labels }: WriteLogEntriesRequest, at: number): LogEntry {
  const name = entry.logName || logName;
  const from = entry.resource ?? resource;
  if (!name) throw invalid("entries.log_name", "has to be set in the entry or in the request");
  if (!/^(projects|folders|organizations|billingAccounts)\/[^/]+\/logs\/[^/]+$/.test(name))
    throw invalid("log_name", `'${name}' does not have the form projects/[PROJECT_ID]/logs/[LOG_ID]`);
  if (!from?.type) throw invalid("entries.resource", "has to be set in the entry or in the request");
  const timestamp = entry.timestamp ?? toTimestamp(at);
  if (Date.parse(timestamp) > at + dayMs) throw invalid("entries.timestamp", "is more than a day in the future");
  const size = Buffer.byteLength(JSON.stringify(entry));
  if (size > largestEntryBytes)
    throw new GoogleError("INVALID_ARGUMENT", `Log entry with size ${size} exceeds maximum size of ${largestEntryBytes} bytes`);
  const merged = labels || entry.labels ? { labels: { ...labels, ...entry.labels } } : {};
  return { ...entry, ...merged, logName: name, resource: from, timestamp } as LogEntry;
}

/** Stores what a client writes. One bad entry keeps all from being written, unless the request says otherwise. */
export function writeLogEntries(store: EntryStore, request: WriteLogEntriesRequest, { at, faults }: GoogleCall): object {
  const complaints: GoogleError[] = [];
  const good = request.entries.flatMap((entry) => {
    try {
      return [complete(entry, request, at)];
    } catch (error) {
      complaints.push(error as GoogleError);
      return [];
    }
  });
  const [first] = complaints;
  if (first && !request.partialSuccess) throw first;
  const kept = good.filter(({ timestamp }) => Date.parse(timestamp) > at - oldestDays * dayMs);
  if (!request.dryRun) store.store(kept, faults);
  if (first) throw first;
  return {};
}
