import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { FolderChanges } from "./folder-changes.ts";
import { lookAtTask } from "./look-at-task.ts";
import { LinePlaces } from "./line-places.ts";
import { framesFrom } from "./read-frames.ts";
import { isMissing } from "./read-record.ts";
import { taskFiles } from "./task-record.ts";

export interface LogPlace {
  readonly folder: string;
  readonly id: string;
}

/** It was removed, or it has ended: what is in the file now is all. */
async function isWhole(folder: string, file: FileHandle): Promise<boolean> {
  const { nlink } = await file.stat();
  return nlink === 0 || (await lookAtTask(folder))?.exit !== undefined;
}

/** Also while it is written, and to its end when it is removed meanwhile. */
export async function* readProcessLogs(
  place: LogPlace,
  query: DriverLogQuery,
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { folder, id } = place;
  await using file = await openLog(place);
  const lines = new LinePlaces(id, query.positions?.[id]);
  using changes = query.follow ? new FolderChanges(folder) : undefined;
  let offset = lines.beginning;
  for (;;) {
    const whole = changes === undefined || (await isWhole(folder, file));
    for await (const frames of framesFrom(file, offset, call.signal)) {
      offset = frames.at(-1)?.end ?? offset;
      yield frames.flatMap((frame) => [...lines.place(frame)]);
    }
    if (whole) return;
    await changes.next(call.signal);
  }
}

async function openLog({ folder, id }: LogPlace): Promise<FileHandle> {
  try {
    return await open(join(folder, taskFiles.log), "r");
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new LongshoreError("no such workload", { code: "not-found", operation: "logs", workload: id, cause: error });
  }
}
