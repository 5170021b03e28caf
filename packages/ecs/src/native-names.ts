import { createHash } from "node:crypto";
import type { Owner, WorkloadId } from "@longshore/core";

/** Of the program's container. */
export const mainContainer = "main";
/** Begins labels and tags of ours. */
export const ownPrefix = "longshore.";
export const label = {
  owner: "longshore.owner",
  timeout: "longshore.timeout-ms",
  grace: "longshore.grace-ms",
  hash: "longshore.spec-hash",
  replicas: "longshore.replicas",
} as const;
/** Keys of tags are words with colons, as AWS's own. */
export const tag = { owner: "longshore:owner", id: "longshore:id" } as const;

/** Of a task's or a service's definition: the same content has the same name. */
export const familyOf = (owner: Owner, content: string): string =>
  `longshore-${owner}-${createHash("sha256").update(content).digest("hex").slice(0, 32)}`;

/** A service's definitions are its own: its spec may change, its name not. */
export const serviceFamily = (owner: Owner, id: WorkloadId): string => `longshore-${owner}-service-${id}`;

/** What `startedBy` says of a task: at most 128 letters, digits and `-_/:.` (RunTask). */
export const startedBy = (owner: Owner, id: WorkloadId): string => `longshore/${owner}/${id}`;

/** The driver awslogs adds the container's name and the task's id to it. A service's streams can be listed: its definitions are its own. */
export const streamPrefix = (owner: Owner, service?: WorkloadId): string =>
  service === undefined ? `log/${owner}` : `log/${owner}/service/${service}`;
/** Followed by a task's id it is the name of a stream. */
export const streamRoot = (owner: Owner, service?: WorkloadId): string => `${streamPrefix(owner, service)}/${mainContainer}/`;

/** The last part of an ARN. */
export const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
/** The family of a definition's ARN or of `family:revision`. */
export const familyIn = (definition: string): string => lastPart(definition).replace(/:\d+$/, "");
