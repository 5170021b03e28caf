import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { FolderChanges } from "./folder-changes.ts";
import { decodeFrames, frameBufferBytes, type PlacedFrame } from "./log-frame.ts";
import { lookAtTask } from "./look-at-task.ts";
import { LinePlaces } from "./line-places.ts";
import { isMissing } from "./read-record.ts";
import { taskFiles } from "./task-record.ts";

export interface LogPlace {
  readonly folder: string;
  readonly id: string;
}

/** The whole frames from `offset` to the end there is now. */
async function* framesFrom(file: FileHandle, offset: number, signal: AbortSignal): AsyncGenerator<PlacedFrame, void, void> {
  for (let at = offset; ;) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafe(frameBufferBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    const from = at;
    for (const frame of decodeFrames(buffer.subarray(0, bytesRead), from)) {
      at = frame.end;
      yield frame;
    }
    if (at === from) return;
  }
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
): AsyncGenerator<DriverLogItem, void, void> {
  const { folder, id } = place;
  await using file = await openLog(place);
  const lines = new LinePlaces(id, query.positions?.[id]);
  using changes = query.follow ? new FolderChanges(folder) : undefined;
  let offset = lines.beginning;
  for (;;) {
    const whole = changes === undefined || (await isWhole(folder, file));
    for await (const frame of framesFrom(file, offset, call.signal)) {
      offset = frame.end;
      yield* lines.place(frame);
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
