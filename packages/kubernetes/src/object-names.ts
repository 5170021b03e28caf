import type { Owner, WorkloadId } from "@longshore/core";
import { nativeName } from "@longshore/core/driver";

/** A pod's name becomes its host name (RFC 1123, section 2.1). */
const longestName = 63;
/** Begins keys of ours. */
export const ownPrefix = "longshore/";

export const label = {
  owner: "longshore/owner",
  id: "longshore/id",
} as const;
export const annotation = {
  hash: "longshore/hash",
  intent: "longshore/intent",
  verdict: "longshore/verdict",
  timeoutMs: "longshore/timeout-ms",
  graceMs: "longshore/grace-ms",
} as const;

export const podName = (owner: Owner, id: WorkloadId): string => nativeName(owner, id, longestName);
/** Of the values that the host's resolver gave. */
export const secretName = (name: string): string => `${name}-secrets`;
/** Of the registry's credentials. */
export const pullSecretName = (name: string): string => `${name}-pull`;
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
