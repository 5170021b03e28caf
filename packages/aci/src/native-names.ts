import { createHash } from "node:crypto";
import { nativeName } from "@longshore/core/driver";
import type { Dictionary, Owner, WorkloadId } from "@longshore/core";

/** A container group's name has at most 63 characters (rules for Azure resource names). */
const nameLimit = 63;
/** What stands behind a service's name: index and generation. */
const suffixLength = 16;

/** Of the program's container. */
export const mainContainer = "main";
/** What a group bears. Names of tags have no slash, values at most 256 characters. */
export const tag = {
  owner: "longshore-owner",
  id: "longshore-id",
  kind: "longshore-kind",
  hash: "longshore-spec-hash",
  /** Drawn at each deployment: one run of the group's containers. */
  run: "longshore-run",
  /** Of the workload; a service's later groups have it from the first. */
  created: "longshore-created",
  /** Of this group. */
  made: "longshore-made",
  /** Why it is stopped, written before it is. */
  intent: "longshore-intent",
  /** Why it was given up. */
  verdict: "longshore-verdict",
  timeout: "longshore-timeout-ms",
  replicas: "longshore-replicas",
  index: "longshore-index",
  generation: "longshore-generation",
  recreate: "longshore-recreate",
  readyMs: "longshore-ready-ms",
  drain: "longshore-drain-ms",
  leaving: "longshore-leaving",
  /** Of a restart: all runs begin with it once it is done. */
  wish: "longshore-restart",
  /** When what is to be restarted had started. */
  before: "longshore-before",
  /** How often it was restarted on request. */
  restarted: "longshore-restarted",
} as const;
const labelPrefix = "longshore-label-";

/** Of a task's one group. */
export const taskName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, nameLimit);
/** An owner begins with a letter: no task's name begins so. */
export const serviceName = (owner: Owner, id: WorkloadId): string => `0${nativeName(owner, id, nameLimit - suffixLength - 1)}`;
export const instanceName = (owner: Owner, id: WorkloadId, { index, generation }: InstancePlace): string =>
  `${serviceName(owner, id)}-${index}-${generation}`;
export interface InstancePlace {
  readonly index: number;
  /** At most ten letters and digits. */
  readonly generation: string;
}
/** The same for all who start the same spec. */
export const firstGeneration = (specHash: string): string => createHash("sha256").update(specHash).digest("hex").slice(0, 8);

/** A tag's name has no slash. */
export const labelTags = (labels: Dictionary<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${labelPrefix}${key.replaceAll("/", "|")}`, value]));
export const labelsIn = (tags: Dictionary<string>): Dictionary<string> =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) =>
      name.startsWith(labelPrefix) ? [[name.slice(labelPrefix.length).replaceAll("|", "/"), value]] : [],
    ),
  );
