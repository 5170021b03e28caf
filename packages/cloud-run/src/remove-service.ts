import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { graceOf } from "./spec-adjustments.ts";
import { untilOver } from "./until-over.ts";

/** Its revisions go with it. */
export async function removeService(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<void> {
  const { services, config } = parts;
  const found = await services.find(id, signal);
  if (found === undefined) return;
  if (found.resource.deleteTime == null) await services.delete(found, signal);
  const look = async (): Promise<boolean> => {
    const now = await services.get(found.kind, found.resource.name ?? "", signal);
    return now === undefined || now.resource.uid !== found.resource.uid;
  };
  if (await untilOver(parts, { look, graceMs: graceOf(config) }, signal)) return;
  const message = "Cloud Run was told to delete it and still shows it";
  throw new LongshoreError(message, { code: "unavailable", operation: "remove", workload: id });
}
