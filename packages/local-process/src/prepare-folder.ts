import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Instant, WorkloadId } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import { type NewRevision, toRevision } from "./order-service.ts";
import { passingPath } from "./passing-folders.ts";
import { serviceFiles, serviceOrders, type ServiceRecord } from "./service-record.ts";
import type { TaskPlaces } from "./task-places.ts";
import { taskFiles, type TaskRecord } from "./task-record.ts";
import type { ProcessRequest } from "./process-request.ts";

export interface NewTask {
  readonly order: Order;
  readonly request: ProcessRequest;
  readonly createdAt: Instant;
}

/** For this user alone, and on the disk before it counts. Only the flush takes long enough to be waited for elsewhere. */
async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    writeFileSync(file.fd, text);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Made whole aside, then renamed, which fails where the id has a folder: one winner, and nothing half there. */
async function prepareFolder(
  places: TaskPlaces,
  id: WorkloadId,
  fill: (folder: string) => Promise<void>,
): Promise<"made" | "taken"> {
  const aside = passingPath(places.folder, "new", id);
  mkdirSync(places.changes, { recursive: true, mode: 0o700 });
  mkdirSync(aside, { mode: 0o700 });
  try {
    await fill(aside);
    renameSync(aside, places.task(id));
    return "made";
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    const { code = "" } = error as NodeJS.ErrnoException;
    // Both are said of a folder that is there and not empty (rename(2)).
    if (code === "ENOTEMPTY" || code === "EEXIST") return "taken";
    throw error;
  }
}

/** Unique to this run, whatever other folders hold the same owner and id. */
const newMarker = ({ owner }: TaskPlaces, { spec }: Order): string => `${owner}-${spec.id}.${randomUUID()}`;

export const prepareTask = (places: TaskPlaces, { order, request, createdAt }: NewTask): Promise<"made" | "taken"> =>
  prepareFolder(places, order.spec.id, async (folder) => {
    const { spec, specHash } = order;
    const marker = newMarker(places, order);
    const record: TaskRecord = { version: 1, id: spec.id, specHash, labels: spec.labels ?? {}, createdAt, request, marker };
    mkdirSync(join(folder, taskFiles.work), { mode: 0o700 });
    writeFileSync(join(folder, taskFiles.log), "", { mode: 0o600, flag: "wx" });
    await writeFlushed(join(folder, taskFiles.task), JSON.stringify(record));
  });

export const prepareService = (places: TaskPlaces, made: NewRevision & Pick<NewTask, "createdAt">): Promise<"made" | "taken"> =>
  prepareFolder(places, made.order.spec.id, async (folder) => {
    const { order, createdAt } = made;
    const record: ServiceRecord = { version: 1, id: order.spec.id, createdAt, marker: newMarker(places, order) };
    serviceOrders(folder).follow(0, { wanted: toRevision(folder, made, 1) });
    await writeFlushed(join(folder, serviceFiles.service), JSON.stringify(record));
  });
