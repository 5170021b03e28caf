import type { Owner, WorkloadId } from "@longshore/core";
import { nativeName } from "@longshore/core/driver";

/** A container's name becomes its host name's limit too: 63 characters (RFC 1123, section 2.1). */
const longestName = 63;

export const label = {
  owner: "longshore.owner",
  id: "longshore.id",
  hash: "longshore.hash",
  labels: "longshore.labels",
  timeoutMs: "longshore.timeout-ms",
  graceMs: "longshore.grace-ms",
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

export const secretsFolder = "/run/secrets";
