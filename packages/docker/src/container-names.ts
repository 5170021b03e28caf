import type { Owner, WorkloadId } from "@longshore/core";
import { nativeName } from "@longshore/core/driver";

/** A container's name becomes its host name's limit too: 63 characters (RFC 1123, section 2.1). */
const longestName = 63;

export const label = {
  owner: "longshore.owner",
  id: "longshore.id",
  kind: "longshore.kind",
  hash: "longshore.hash",
  labels: "longshore.labels",
  timeoutMs: "longshore.timeout-ms",
  graceMs: "longshore.grace-ms",
  drainMs: "longshore.drain-ms",
  ports: "longshore.ports",
  readiness: "longshore.readiness",
  slot: "longshore.slot",
  revision: "longshore.revision",
  spec: "longshore.spec",
  /** When the service was first recorded; later revisions carry it on. */
  since: "longshore.since",
  /** Of a revision that a restart made. */
  restart: "longshore.restart",
  starter: "longshore.starter",
  startBy: "longshore.start-by",
  purpose: "longshore.purpose",
  intent: "longshore.intent",
  container: "longshore.container",
} as const;

export const containerName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, longestName);
export const secretsVolume = (name: string): string => `${name}-secrets`;
/** By container, so that a marker that outlived its container says nothing about the next one of the same name. */
export const stopVolume = (name: string, container: string): string => `${name}-${container.slice(0, 12)}-stop`;
export const startVolume = (name: string, container: string, generation: number): string =>
  `${name}-${container.slice(0, 12)}-start-${generation}`;

/** Neither an owner nor an id has a dot, so that no task's container and no other service's bears such a name. */
export const instanceName = (name: string, slot: number, revision: number): string => `${name}.${slot}.${revision}`;
export const revisionVolume = (name: string, revision: number): string => `${name}.${revision}`;
/** Beside a revision that was taken back. */
export const failedVolume = (name: string, revision: number): string => `${name}.${revision}.failed`;
export const serviceStopVolume = (name: string): string => `${name}.stopped`;
/** What an instance that is about to go has at the end of its name: a rename is at once, and everyone sees it. */
export const leavingSuffix = ".leaving";

/** As instances are called in logs, endpoints and requests. */
export const shortId = (container: string): string => container.slice(0, 12);

export const secretsFolder = "/run/secrets";
