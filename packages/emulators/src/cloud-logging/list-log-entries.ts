import { createHash } from "node:crypto";
import { GoogleError, invalid } from "../google/google-error.ts";
import { findFault } from "../google/google-fault-kinds.ts";
import type { GoogleCall } from "../google/google-service.ts";
import { compileFilter, type EntryFilter } from "./compile-filter.ts";
import { compareEntries, type EntryStore } from "./entry-store.ts";
import type { StoredEntry } from "./log-entry.ts";

export interface ListLogEntriesRequest {
  readonly resourceNames: readonly string[];
  readonly filter?: string;
  readonly orderBy?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

interface Position {
  readonly at: string;
  readonly insertId: string;
  readonly sequence: number;
}

interface Token {
  /** Of the request that it goes on with. */
  readonly request: string;
  readonly issuedAt: number;
  /** The last entry before the page; absent before the first. */
  readonly after?: Position;
}

const defaultPageSize = 50;
const largestPageSize = 1000;
const tokenLifeMs = 24 * 60 * 60 * 1000;

/** The projects that names of projects, or of views of their buckets, are of. */
export const projectsOf = (resourceNames: readonly string[]): readonly string[] =>
  resourceNames.map((name) => {
    const [, project] = /^projects\/([^/]+)(?:\/locations\/[^/]+\/buckets\/[^/]+\/views\/[^/]+)?$/.exec(name) ?? [];
    if (project === undefined) throw invalid("resource_names", `'${name}' is no project that is served here.`);
    return project;
  });

const fingerprint = ({ resourceNames, filter, orderBy }: ListLogEntriesRequest): string =>
  createHash("sha256")
    .update(JSON.stringify([resourceNames, filter ?? "", orderBy ?? ""]))
    .digest("base64url")
    .slice(0, 16);

function readToken(request: ListLogEntriesRequest, now: number): Token | undefined {
  if (!request.pageToken) return undefined;
  let token: Token | undefined;
  try {
    token = JSON.parse(Buffer.from(request.pageToken, "base64url").toString()) as Token;
  } catch {
    // What it is not is said below.
  }
  if (token?.request !== fingerprint(request))
    throw new GoogleError("INVALID_ARGUMENT", "page_token doesn't match arguments from the request");
  if (now - token.issuedAt > tokenLifeMs) throw new GoogleError("INVALID_ARGUMENT", "page_token has expired");
  return token;
}

const positionOf = ({ at, entry, sequence }: StoredEntry): Position => ({ at, insertId: entry.insertId, sequence });
const asStored = ({ at, insertId, sequence }: Position): StoredEntry =>
  ({ at, sequence, visibleAt: 0, entry: { insertId } }) as StoredEntry;

function isDescending({ orderBy = "" }: ListLogEntriesRequest): boolean {
  if (!["", "timestamp", "timestamp asc", "timestamp desc"].includes(orderBy.trim().replaceAll(/\s+/g, " ")))
    throw invalid("order_by", "has to be 'timestamp asc' or 'timestamp desc'");
  return orderBy.trim().endsWith("desc");
}

function select(store: EntryStore, projects: readonly string[], filter: EntryFilter): StoredEntry[] {
  const chosen = [...new Set(projects)].map((project) => store.entries(project).filter(({ entry }) => filter(entry)));
  return chosen.length === 1 ? chosen[0]! : chosen.flat().sort(compareEntries);
}

/** A page of entries, from the oldest unless asked otherwise. An empty page may have a token: there may be more to find. */
export function listLogEntries(store: EntryStore, request: ListLogEntriesRequest, { at, faults }: GoogleCall): object {
  const { pageSize = 0 } = request;
  if (pageSize < 0) throw invalid("page_size", "cannot be negative");
  const projects = projectsOf(request.resourceNames);
  const token = readToken(request, at);
  const descending = isDescending(request);
  const selected = select(store, projects, compileFilter(request.filter));
  if (descending) selected.reverse();
  const last = token?.after && asStored(token.after);
  const isBehind = (stored: StoredEntry): boolean => !last || compareEntries(stored, last) * (descending ? -1 : 1) > 0;
  const behind = selected.filter(isBehind);
  const isEmpty = findFault(faults, "logging:empty-page") !== undefined;
  const page = isEmpty ? [] : behind.slice(0, Math.min(pageSize || defaultPageSize, largestPageSize));
  const after = page.length > 0 ? positionOf(page.at(-1)!) : token?.after;
  const next: Token = { request: fingerprint(request), issuedAt: at, ...(after && { after }) };
  const hasMore = isEmpty || page.length < behind.length;
  return {
    entries: page.map(({ entry }) => entry),
    ...(hasMore && { nextPageToken: Buffer.from(JSON.stringify(next)).toString("base64url") }),
  };
}
