import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LongshoreError, type Service, type WorkloadId } from "@longshore/core";
import type { Call, Order } from "@longshore/core/driver";
import { announceChange } from "./announce-change.ts";
import { FolderChanges } from "./folder-changes.ts";
import { isSettled, lookAtService, type ServiceEvidence, toService } from "./look-at-service.ts";
import type { ProcessRequest } from "./process-request.ts";
import { writeSecrets } from "./program-environment.ts";
import { type Revision, serviceFiles, type ServiceOrder, serviceOrders } from "./service-record.ts";
import { type SupervisorLine, wake } from "./supervisor-line.ts";
import type { SecretValues } from "./supervisor-messages.ts";

export interface ServicePlace {
  readonly id: WorkloadId;
  readonly folder: string;
  readonly line: SupervisorLine;
}
export interface NewRevision {
  readonly order: Order;
  readonly request: ProcessRequest;
  readonly values: SecretValues;
}

export function unknownService({ id }: Pick<ServicePlace, "id">, operation: string): LongshoreError {
  return new LongshoreError("no such workload", { code: "not-found", operation, workload: id });
}

/** What a spec asks for, its secrets on the disk before anything refers to them. */
export function toRevision(folder: string, { order, request, values }: NewRevision, generation: number): Revision {
  const { specHash, spec } = order;
  const revision = { specHash, labels: spec.labels ?? {}, request, generation };
  if (Object.keys(request.secrets).length === 0) return revision;
  const secrets = randomUUID();
  writeSecrets(join(folder, serviceFiles.secrets, secrets), values);
  return { ...revision, secrets };
}

/**
 * Writes what `change` makes of the newest order, unless that is as wanted already (undefined); where another was first, of
 * that one's. Whoever keeps the service does the rest, also when we die.
 */
export function giveOrder(
  place: ServicePlace,
  operation: string,
  change: (seen: ServiceEvidence) => ServiceOrder | undefined,
): ServiceEvidence {
  for (;;) {
    const seen = lookAtService(place.folder);
    if (seen === undefined) throw unknownService(place, operation);
    const order = change(seen);
    if (order === undefined) return seen;
    if (!serviceOrders(place.folder).follow(seen.number, order)) continue;
    announceChange(place.folder);
    return { ...seen, number: seen.number + 1, order };
  }
}

/** Has whoever keeps it look, and somebody keep it where nobody does. */
export async function haveKept({ id, folder, line }: ServicePlace, call: Call): Promise<void> {
  const { keeper } = lookAtService(folder) ?? {};
  const current = line.places.current()?.number;
  if (keeper?.turn !== undefined && keeper.turn !== current) {
    wake(keeper);
    return line.tell(keeper.turn, { ask: "look", id });
  }
  await line.ask({ ask: "start", id, secrets: {} }, call);
}

interface Waiting {
  readonly operation: string;
  /** Of the update that is waited for, which may come to nothing. */
  readonly generation?: number;
}

/** Until it is as its newest order wants it, whoever gave that. */
export async function untilSettled(place: ServicePlace, { operation, generation }: Waiting, call: Call): Promise<Service> {
  const { folder, id } = place;
  using changes = new FolderChanges(folder);
  await haveKept(place, call);
  for (;;) {
    const seen = lookAtService(folder);
    if (seen === undefined) throw unknownService(place, operation);
    const { failure, stopped } = seen.order;
    const failed = failure !== undefined && failure.generation === generation;
    if (failed && seen.seen >= seen.number && seen.instances.every((one) => one.generation !== generation)) {
      throw new LongshoreError(failure.detail, { code: "timeout", retryable: false, operation, workload: id });
    }
    if (!failed && (stopped !== undefined || isSettled(seen))) return toService(seen);
    await changes.next(call.signal);
    if (lookAtService(folder)?.keeper === undefined) await haveKept(place, call);
  }
}

export const forgetRevision = (folder: string, { secrets }: Revision): void => {
  if (secrets !== undefined) rmSync(join(folder, serviceFiles.secrets, secrets), { recursive: true, force: true });
};
