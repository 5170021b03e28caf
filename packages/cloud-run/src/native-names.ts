import { LongshoreError, type Owner, type WorkloadId } from "@longshore/core";
import { nativeName } from "@longshore/core/driver";

/** Names of jobs, services and worker pools have at most 49 characters (Cloud Run's REST reference). */
const longestName = 49;
export const resourceName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, longestName);

/** Google's labels: what lists are read by. Owners and ids are valid values as they are. */
export const label = { owner: "longshore-owner", id: "longshore-id", kind: "longshore-kind" } as const;
/** What has letters that no label may have, or changes. */
export const annotation = {
  hash: "longshore.spec-hash",
  labels: "longshore.labels",
  run: "longshore.run",
  intent: "longshore.intent",
  replicas: "longshore.replicas",
  update: "longshore.update",
  image: "longshore.image",
  restart: "longshore.restart",
} as const;

export const place = ({ project, region }: { readonly project: string; readonly region: string }): string =>
  `projects/${project}/locations/${region}`;
/** The last part of a name. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

export interface Bearing {
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly annotations?: Readonly<Record<string, string>> | null;
}
/** Undefined where it is not this owner's. */
export function idOf({ labels }: Bearing, owner: Owner): WorkloadId | undefined {
  return labels?.[label.owner] === owner ? (labels[label.id] as WorkloadId | undefined) : undefined;
}
export const hashOf = ({ annotations }: Bearing): string => annotations?.[annotation.hash] ?? "";
export const labelsOf = ({ annotations }: Bearing): Readonly<Record<string, string>> =>
  JSON.parse(annotations?.[annotation.labels] ?? "{}") as Record<string, string>;
/** The end of the name of a job's one execution. */
export const runOf = ({ annotations }: Bearing): string => annotations?.[annotation.run] ?? "";

export const noSuchWorkload = (id: WorkloadId, operation: string): LongshoreError =>
  new LongshoreError("no such workload", { code: "not-found", operation, workload: id });
