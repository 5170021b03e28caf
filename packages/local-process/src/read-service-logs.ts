import { readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { FolderChanges } from "./folder-changes.ts";
import { LinePlaces } from "./line-places.ts";
import { lookAtService } from "./look-at-service.ts";
import { framesFrom } from "./read-frames.ts";
import { isMissing } from "./read-record.ts";
import { instanceLog, instanceOfLog } from "./service-record.ts";

/** How far one instance's log was read. */
class InstanceLog implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #lines: LinePlaces;
  #offset: number;

  private constructor(file: FileHandle, lines: LinePlaces) {
    this.#file = file;
    this.#lines = lines;
    this.#offset = lines.beginning;
  }
  static async open(folder: string, instance: string, position?: string): Promise<InstanceLog> {
    const lines = new LinePlaces(instance, position);
    return new InstanceLog(await open(instanceLog(folder, instance), "r"), lines);
  }
  async *rest(signal: AbortSignal): AsyncGenerator<readonly DriverLogItem[], void, void> {
    for await (const frames of framesFrom(this.#file, this.#offset, signal)) {
      this.#offset = frames.at(-1)?.end ?? this.#offset;
      yield frames.flatMap((frame) => [...this.#lines.place(frame)]);
    }
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

export interface ServiceLogs {
  readonly folder: string;
  /** Now and then, so that somebody notices where nobody keeps it. */
  readonly look: () => void;
}

/** Every instance's, those of earlier revisions too, the oldest first; followed, also of instances that come later. */
export async function* readServiceLogs(
  { folder, look }: ServiceLogs,
  { follow, positions = {} }: DriverLogQuery,
  { signal }: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  await using logs = new AsyncDisposableStack();
  const open = new Map<string, InstanceLog>();
  using changes = follow ? new FolderChanges(folder) : undefined;
  for (;;) {
    look();
    const whole = changes === undefined || hasEnded(folder);
    for (const instance of instancesOf(folder)) {
      if (!open.has(instance)) open.set(instance, logs.use(await InstanceLog.open(folder, instance, positions[instance])));
    }
    for (const log of open.values()) yield* log.rest(signal);
    if (whole) return;
    await changes.next(signal);
  }
}

/** It was removed, or stopped and has ended: what is in the files now is all. */
function hasEnded(folder: string): boolean {
  const seen = lookAtService(folder);
  if (seen === undefined) return true;
  return seen.order.stopped !== undefined && seen.keeper === undefined && seen.instances.every(({ phase }) => phase === "exited");
}

function instancesOf(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).flatMap((name) => instanceOfLog(name) ?? []);
    return names.toSorted((a, b) => Number(a) - Number(b));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
