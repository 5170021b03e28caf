import type { Owner } from "@longshore/core";
import type { Source, SourceKind } from "./read-entry.ts";
import { fromNanos } from "./timestamps.ts";

/** Who is looked for, and from when on: whichever is met. */
export interface Clause {
  readonly sources: readonly Source[];
  /** When it was written. */
  readonly at?: bigint;
  /** When it was received. */
  readonly received?: bigint;
}
/** Cloud Logging takes filters of 20,000 characters. */
const longestNames = 12_000;
const fields: Readonly<Record<SourceKind, string>> = {
  job: 'labels."run.googleapis.com/execution_name"',
  service: "resource.labels.service_name",
  pool: "resource.labels.worker_pool_name",
};
const types: Readonly<Record<SourceKind, string>> = {
  job: "resource.labels.job_name",
  service: "resource.labels.service_name",
  pool: "resource.labels.worker_pool_name",
};
const quoted = (text: string): string => `"${text}"`;
const time = (nanos: bigint): string => quoted(fromNanos(nanos < 0n ? 0n : nanos));

/** By name, or where there are too many names, by what begins those of this owner: the rest is passed over when it comes. */
function named(sources: readonly Source[], owner: Owner): string {
  const kinds = (Object.keys(fields) as SourceKind[]).map(
    (kind) => [kind, [...new Set(sources.filter((one) => one.kind === kind).map(({ name }) => quoted(name)))]] as const,
  );
  const parts = kinds.flatMap(([kind, names]) => {
    if (names.length === 0) return [];
    const list = names.join(" OR ");
    return list.length > longestNames / kinds.length
      ? [`${types[kind]}=~"^(${owner}-|l[0-9a-f]{40}$)"`]
      : [`${fields[kind]}=(${list})`];
  });
  return parts.length === 1 ? (parts[0] ?? "") : `(${parts.join(" OR ")})`;
}
function since({ at, received }: Clause): string {
  const parts = [
    ...(at === undefined ? [] : [`timestamp>=${time(at)}`]),
    ...(received === undefined ? [] : [`receiveTimestamp>=${time(received)}`]),
  ];
  return parts.length === 1 ? (parts[0] ?? "") : `(${parts.join(" OR ")})`;
}

interface Scope {
  readonly project: string;
  readonly owner: Owner;
  /** Nothing that was written before is looked for: Cloud Logging searches by that time. */
  readonly earliest: bigint;
}
/** Pure. The output of programs, and what the platform says of them. */
export function logFilter({ project, owner, earliest }: Scope, clauses: readonly Clause[]): string {
  const log = (name: string): string => quoted(`projects/${project}/logs/${encodeURIComponent(`run.googleapis.com/${name}`)}`);
  const logs = ["stdout", "stderr", "varlog/system"].map(log).join(" OR ");
  const wanted = clauses.map((clause) => `(${named(clause.sources, owner)} AND ${since(clause)})`);
  return `logName=(${logs}) AND timestamp>=${time(earliest)} AND ${wanted.length === 1 ? wanted[0] : `(${wanted.join(" OR ")})`}`;
}
