import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import { passingPath } from "./passing-folders.ts";
import type { TaskPlaces } from "./task-places.ts";
import { taskFiles, type TaskRecord } from "./task-record.ts";
import type { ProcessRequest } from "./process-request.ts";

export interface NewTask {
  readonly order: Order;
  readonly request: ProcessRequest;
  readonly createdAt: Instant;
}

/** For this user alone. What decides whether it may run is on the disk before it counts. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    if (text !== "") await file.sync();
  } finally {
    await file.close();
  }
}

/** Made whole aside, then renamed, which fails where the id has a folder: one winner, and nothing half there. */
export async function prepareFolder(places: TaskPlaces, task: NewTask): Promise<"made" | "taken"> {
  const { id } = task.order.spec;
  const aside = passingPath(places.folder, "new", id);
  await mkdir(places.changes, { recursive: true, mode: 0o700 });
  await mkdir(aside, { mode: 0o700 });
  try {
    await fill(aside, places, task);
    await rename(aside, places.task(id));
    return "made";
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // Both are said of a folder that is there and not empty (rename(2)).
    if (code === "ENOTEMPTY" || code === "EEXIST") return "taken";
    throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function fill(folder: string, { owner }: TaskPlaces, { order, request, createdAt }: NewTask): Promise<void> {
  const { spec, specHash } = order;
  const marker = `${owner}-${spec.id}.${randomUUID()}`;
  const record: TaskRecord = { version: 1, id: spec.id, specHash, labels: spec.labels ?? {}, createdAt, request, marker };
  await mkdir(join(folder, taskFiles.work), { mode: 0o700 });
  await writeWhole(join(folder, taskFiles.log), "");
  await writeWhole(join(folder, taskFiles.task), JSON.stringify(record));
}
