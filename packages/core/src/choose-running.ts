import type { WorkloadId } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";

/** Whom a session means. */
export interface InstanceRequest {
  readonly id: WorkloadId;
  /** Default: the first that runs. */
  readonly instance?: string;
}
export interface InstanceTraits<T> {
  readonly nameOf: (instance: T) => string;
  readonly runs: (instance: T) => boolean;
}
const refuse = (code: "not-found" | "conflict", message: string, workload: WorkloadId): LongshoreError =>
  new LongshoreError(message, { code, operation: "find instance", workload });

/**
 * Of a workload's instances the one that is named, else the first that runs.
 * @throws LongshoreError `not-found` where none has that name, `conflict` where nothing of it runs.
 */
export function chooseRunning<T>(all: readonly T[], { id, instance }: InstanceRequest, { nameOf, runs }: InstanceTraits<T>): T {
  const named = instance === undefined ? all : all.filter((one) => nameOf(one) === instance);
  if (named.length === 0 && instance !== undefined) throw refuse("not-found", `no such instance: ${instance}`, id);
  const running = named.find(runs);
  if (running === undefined) throw refuse("conflict", "nothing of it runs", id);
  return running;
}
