import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
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
export async function prepareFolder(places: TaskPlaces, task: NewTask): Promise<"made" | "taken"> {
  const { id } = task.order.spec;
  const aside = passingPath(places.folder, "new", id);
  mkdirSync(places.changes, { recursive: true, mode: 0o700 });
  mkdirSync(aside, { mode: 0o700 });
  try {
    await fill(aside, places, task);
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

async function fill(folder: string, { owner }: TaskPlaces, { order, request, createdAt }: NewTask): Promise<void> {
  const { spec, specHash } = order;
  const marker = `${owner}-${spec.id}.${randomUUID()}`;
  const record: TaskRecord = { version: 1, id: spec.id, specHash, labels: spec.labels ?? {}, createdAt, request, marker };
  mkdirSync(join(folder, taskFiles.work), { mode: 0o700 });
  writeFileSync(join(folder, taskFiles.log), "", { mode: 0o600, flag: "wx" });
  await writeFlushed(join(folder, taskFiles.task), JSON.stringify(record));
}
