import type { WorkloadId } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";

export const noSuchService = (id: WorkloadId, operation: string): LongshoreError =>
  new LongshoreError("no such service", { code: "not-found", operation, workload: id });
/** @param why What is not ready says, as far as the backend tells. */
export const neverReady = (id: WorkloadId, operation: string, why: string): LongshoreError =>
  new LongshoreError(`it did not become ready in time: ${why}`, { code: "timeout", retryable: false, operation, workload: id });
