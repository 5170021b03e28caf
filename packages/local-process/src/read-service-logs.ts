import { readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { FolderChanges } from "./folder-changes.ts";
import { LinePlaces } from "./line-places.ts";
import { lookAtService, type ServiceEvidence } from "./look-at-service.ts";
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
  const open = new Map<string, InstanceLog>();
  const done = new Set<string>();
  using changes = follow ? new FolderChanges(folder) : undefined;
  try {
    for (;;) {
      look();
      const seen = lookAtService(folder);
      const whole = changes === undefined || hasEnded(seen);
      for (const instance of instancesOf(folder).filter((one) => !done.has(one))) {
        const log = open.get(instance) ?? (await InstanceLog.open(folder, instance, positions[instance]));
        open.set(instance, log);
        yield* log.rest(signal);
        if (!whole && !hasLeft(instance, seen)) continue;
        done.add(instance);
        open.delete(instance);
        await log[Symbol.asyncDispose]();
      }
      // Of what was removed meanwhile, to the end.
      if (whole) for (const log of open.values()) yield* log.rest(signal);
      if (whole) return;
      await changes.next(signal);
    }
  } finally {
    for (const log of open.values()) await log[Symbol.asyncDispose]();
  }
}

/** Nothing more will come of it: there are later ones, and it is not among those that there are. */
function hasLeft(instance: string, seen: ServiceEvidence | undefined): boolean {
  const names = seen?.instances.map(({ name }) => Number(name)) ?? [];
  return !names.includes(Number(instance)) && names.some((name) => name > Number(instance));
}

/** It was removed, or stopped and has ended: what is in the files now is all. */
function hasEnded(seen: ServiceEvidence | undefined): boolean {
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
