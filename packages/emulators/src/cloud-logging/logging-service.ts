import type { Fault } from "../fault.ts";
import { exhausted, GoogleError, notFound } from "../google/google-error.ts";
import type { GoogleCall, GoogleService } from "../google/google-service.ts";
import { MinuteQuota } from "../google/minute-quota.ts";
import { paginate, type PageRequest } from "../google/paginate.ts";
import type { EntryStore } from "./entry-store.ts";
import { listLogEntries, type ListLogEntriesRequest, projectsOf } from "./list-log-entries.ts";
import { tailLogEntries, type TailLogEntriesRequest } from "./tail-log-entries.ts";
import { writeLogEntries, type WriteLogEntriesRequest } from "./write-log-entries.ts";

export interface LoggingOptions {
  readonly store: EntryStore;
  readonly faults: { next(operation: string): readonly Fault[] };
  /** Whether the documented quotas hold. */
  readonly quotas: boolean;
}

/** Of entries.list, for each project; fixed, and documented. */
const listsPerMinute = 60;
/** Of tails that are open, for each project; documented. */
const mostTails = 10;

const permissions: Readonly<Record<string, string>> = {
  ListLogEntries: "logging.logEntries.list",
  TailLogEntries: "logging.logEntries.list",
  WriteLogEntries: "logging.logEntries.create",
  ListLogs: "logging.logs.list",
  DeleteLog: "logging.logs.delete",
};

function listLogs(store: EntryStore, { parent, ...request }: PageRequest & { readonly parent: string }): object {
  const names = new Set(projectsOf([parent]).flatMap((project) => store.entries(project).map(({ entry }) => entry.logName)));
  const { items, ...rest } = paginate(
    [...names].sort().map((name) => ({ name })),
    request,
  );
  return { logNames: items.map(({ name }) => name), ...rest };
}

function deleteLog(store: EntryStore, { logName }: { readonly logName: string }): object {
  if (!store.deleteLog(logName.split("/")[1] ?? "", logName)) throw notFound(logName);
  return {};
}

/** google.logging.v2.LoggingServiceV2: entries are listed, written and tailed; logs are listed and deleted. */
export function loggingService({ store, faults, quotas }: LoggingOptions): GoogleService {
  const quota = new MinuteQuota(store.clock, listsPerMinute);
  let tails = 0;
  async function* tail(inputs: AsyncIterable<TailLogEntriesRequest>, call: GoogleCall): AsyncGenerator<object> {
    if (tails >= mostTails) throw new GoogleError("RESOURCE_EXHAUSTED", `There are ${mostTails} open tail sessions already.`);
    tails++;
    try {
      yield* tailLogEntries({ store, faults, quotas }, inputs, call);
    } finally {
      tails--;
    }
  }
  return {
    fullName: "google.logging.v2.LoggingServiceV2",
    name: "logging",
    permissionOf: (method) => permissions[method],
    methods: {
      ListLogEntries: (request: ListLogEntriesRequest, call: GoogleCall) => {
        const [project = ""] = projectsOf(request.resourceNames);
        if (quotas && !quota.take(project)) throw exhausted("logging.googleapis.com", "logging.googleapis.com/read_requests");
        return listLogEntries(store, request, call);
      },
      WriteLogEntries: (request: WriteLogEntriesRequest, call: GoogleCall) => writeLogEntries(store, request, call),
      ListLogs: (request: PageRequest & { parent: string }) => listLogs(store, request),
      DeleteLog: (request: { logName: string }) => deleteLog(store, request),
    },
    streams: { TailLogEntries: tail },
  };
}
