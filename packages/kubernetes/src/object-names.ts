import type { Owner, WorkloadId, WorkloadSpec } from "@longshore/core";
import { nativeName } from "@longshore/core/driver";

/** A pod's name becomes its host name (RFC 1123, section 2.1). */
const longestName = 63;
/** A Deployment's pods are called by its name, ten characters for the set and five for the pod, with hyphens. */
const longestServiceName = longestName - 17;
/** Begins keys of ours. */
export const ownPrefix = "longshore/";

export const label = {
  owner: "longshore/owner",
  id: "longshore/id",
  kind: "longshore/kind",
} as const;
export const annotation = {
  hash: "longshore/hash",
  intent: "longshore/intent",
  verdict: "longshore/verdict",
  graceMs: "longshore/grace-ms",
  drainMs: "longshore/drain-ms",
  readyMs: "longshore/ready-ms",
  replicas: "longshore/replicas",
  /** Of a service: by when it was stopped. It is there as long as the service is to stay so. */
  stopped: "longshore/stopped",
  restarted: "longshore/restarted",
} as const;

export const podName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, longestName);
export const serviceName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, longestServiceName);

/** By which a workload's objects refer to each other. */
export interface ObjectNames {
  /** Of the pod, or of the Deployment and its Service. */
  readonly name: string;
  /** Of the values that the host's resolver gave. */
  readonly secret: string;
  /** Of the registry's credentials. */
  readonly pullSecret: string;
}
export const markOf = (specHash: string): string => specHash.replace(/^v\d+:/, "").slice(0, 10);
/** A service's Secrets bear the spec's hash: during an update there are those of both. */
export function objectNames(owner: Owner, { kind, id }: Pick<WorkloadSpec, "kind" | "id">, specHash: string): ObjectNames {
  if (kind === "task") {
    const name = podName(owner, id);
    return { name, secret: `${name}-secrets`, pullSecret: `${name}-pull` };
  }
  const name = serviceName(owner, id);
  const mark = markOf(specHash);
  return { name, secret: `${name}-secrets-${mark}`, pullSecret: `${name}-pull-${mark}` };
}
export const mainContainer = "main";

/** Not below /run/secrets, where Kubernetes mounts a service account's token into a folder of its own. */
export const secretsFolder = "/run/longshore/secrets";

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** `prefix/name` or `name` (kubernetes.io/docs/concepts/overview/working-with-objects/labels). */
export function isLabelKey(key: string): boolean {
  const [name = "", prefix, ...more] = key.split("/").toReversed();
  return more.length === 0 && namePart.test(name) && (prefix === undefined || (prefix.length <= 253 && prefixPart.test(prefix)));
}
export const isLabelValue = (value: string): boolean => value === "" || namePart.test(value);
