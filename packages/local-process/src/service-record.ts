import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Dictionary, type Ending, type Instant, isWorkloadId, type TaskState } from "@longshore/core";
import { NumberedRecords } from "./numbered-records.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import type { ProcessRequest } from "./process-request.ts";
import { readRecord } from "./read-record.ts";
import type { ClaimRecord } from "./task-record.ts";

/** The files of a service's folder. */
export const serviceFiles = {
  /** Written before the folder gets its name, and never changed. */
  service: "service.json",
  /** Replaced whole by whoever keeps it, whenever something is different. */
  state: "state.json",
  /** A folder for each revision, for as long as it may be started again. */
  secrets: "secrets",
} as const;

export interface ServiceRecord {
  readonly version: 1;
  readonly id: string;
  readonly createdAt: Instant;
  /** What the markers of all its programs begin with. */
  readonly marker: string;
}
/** One spec of a service. */
export interface Revision {
  readonly specHash: string;
  readonly labels: Dictionary<string>;
  readonly request: ProcessRequest;
  /** The name of its folder of secrets, where it has any. */
  readonly secrets?: string;
  /** Instances of another generation are replaced: each update, restart and resume begins one. */
  readonly generation: number;
}
/** What somebody wants of the service. Orders follow each other: each is written by whoever read the one before it. */
export interface ServiceOrder {
  readonly wanted: Revision;
  /** What stays where the wanted one does not become ready in time; until it has. */
  readonly before?: Revision;
  readonly stopped?: { readonly graceMs: number; readonly drainMs: number };
  /** Somebody is taking it away: it cannot be resumed. */
  readonly removing?: true;
  /** The newest update that came to nothing. */
  readonly failure?: { readonly generation: number; readonly detail: string };
}
export interface InstanceRecord {
  readonly name: string;
  readonly specHash: string;
  readonly generation: number;
  readonly phase: TaskState["phase"];
  readonly ready: boolean;
  readonly restarts: number;
  /** Declared ports and the ones that were given. */
  readonly ports: Dictionary<number>;
  /** Also the number of its process group. */
  readonly program?: ProcessIdentity;
  /** It was told to go. */
  readonly leaving?: true;
  /** It had to be killed after it was asked to end. */
  readonly forced?: true;
  readonly lastEnding?: Ending;
}
/** What whoever keeps it sees. */
export interface ServiceStateRecord {
  /** The number of the newest order that this takes into account. */
  readonly order: number;
  /** The number of the claim of whoever wrote this. */
  readonly claim: number;
  readonly instances: readonly InstanceRecord[];
}
/** Who keeps it running. Others may follow once that one has died or let go. */
export type KeeperRecord = ClaimRecord & { readonly released?: true };

export const serviceOrders = (folder: string): NumberedRecords<ServiceOrder> => new NumberedRecords(folder, "order", "durable");
export const serviceKeepers = (folder: string): NumberedRecords<KeeperRecord> => new NumberedRecords(folder, "keeper", "quick");

const logName = /^log-(\d{1,9})$/;
/** In the service's folder itself, so that one watch sees all of them. */
export const instanceLog = (folder: string, instance: string): string => join(folder, `log-${instance}`);
export const instanceOfLog = (name: string): string | undefined => logName.exec(name)?.[1];
/** Home and working folder of one instance, kept over its restarts. */
export const instanceWork = (folder: string, instance: string): string => join(folder, `work-${instance}`);
/** Ends so that no other instance's begins with it. */
export const instanceMarker = ({ marker }: ServiceRecord, instance: string): string => `${marker}/${instance}/`;

export const serviceState = (folder: string): ServiceStateRecord | undefined =>
  readRecord<ServiceStateRecord>(join(folder, serviceFiles.state));

/** The number of an instance that never was. */
export function nextInstance(folder: string): number {
  const logs = readdirSync(folder).flatMap((name) => instanceOfLog(name) ?? []);
  const known = serviceState(folder)?.instances.map(({ name }) => name) ?? [];
  return Math.max(-1, ...[...logs, ...known].map(Number)) + 1;
}

/** Something has to run, or to end. */
export function needsKeeper(folder: string): boolean {
  const order = serviceOrders(folder).newest();
  if (order === undefined) return false;
  return order.value.stopped === undefined || (serviceState(folder)?.instances.some(({ phase }) => phase !== "exited") ?? false);
}

/** Of an owner, by id. */
export const servicesIn = (owned: string): readonly string[] =>
  readdirSync(owned).filter((name) => isWorkloadId(name) && existsSync(join(owned, name, serviceFiles.service)));
