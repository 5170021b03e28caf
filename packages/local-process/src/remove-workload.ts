import { rename, rm } from "node:fs/promises";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import type { StopResult, WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { announceChange, announceRemoval } from "./announce-change.ts";
import { classifyProcessError } from "./classify-process-error.ts";
import { allProcesses, type Kin, markerOf } from "./find-survivors.ts";
import { passingFolders, passingPath } from "./passing-folders.ts";
import { isMissing, readRecord } from "./read-record.ts";
import { killSurvivors } from "./signal-survivors.ts";
import { stopService } from "./stop-service.ts";
import { stopTask, type TaskPlace } from "./stop-task.ts";
import type { SupervisorLine } from "./supervisor-line.ts";
import type { TaskPlaces } from "./task-places.ts";
import { type StartedRecord, taskFiles } from "./task-record.ts";

/** A process that was killed is gone within milliseconds; one that is not hangs in the kernel. */
const longestKillMs = 3_000;

export interface Removing {
  readonly places: TaskPlaces;
  readonly line: SupervisorLine;
}

/** From whatever point an earlier removal, or a start, was cut off at. The last to bear the id is the folder being removed. */
export async function removeWorkload({ places, line }: Removing, id: WorkloadId, call: Call): Promise<void> {
  const folder = places.task(id);
  await endForGood({ folder, id, line }, `${places.owner}-${id}`, call);
  const gone = passingPath(places.folder, "gone", id);
  const renamed = await moved(folder, gone);
  for (const { path, inHand } of await ofId(places, id)) {
    if (!inHand) await rm(path, { recursive: true, force: true });
  }
  if (renamed) announceChange(folder);
  announceRemoval(folder);
}

const ofId = async (places: TaskPlaces, id: WorkloadId): ReturnType<typeof passingFolders> =>
  (await passingFolders(places.folder)).filter((passing) => passing.id === id);

/** False where there is none any more. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function startedOf(folder: string): StartedRecord | undefined {
  try {
    return readRecord<StartedRecord>(join(folder, taskFiles.started));
  } catch {
    return undefined;
  }
}

/**
 * A damaged record tells nothing of the task, but may have left word of its program; and of what bears the mark of the owner's
 * id, whatever works below the folder is this task's and not that of another state folder.
 */
async function killDamaged(folder: string, name: string): Promise<Pick<StopResult, "state" | "reason">> {
  const { program } = startedOf(folder) ?? {};
  const known: readonly Kin[] = program === undefined ? [] : [{ marker: nobodysMarker, program }];
  const marked = markersBelow(folder, name).map((marker): Kin => ({ marker }));
  const ended = await Promise.all([...known, ...marked].map((kin) => killSurvivors(kin, longestKillMs)));
  return ended.every(Boolean) ? { state: "confirmed" } : { state: "unconfirmed", reason: "its processes do not end" };
}

function markersBelow(folder: string, name: string): readonly string[] {
  const all = process.platform === "linux" ? allProcesses() : [];
  const markers = all.filter((pid) => worksIn(pid, folder)).flatMap((pid) => markerOf(pid) ?? []);
  return [...new Set(markers.filter((marker) => marker.startsWith(`${name}.`)))];
}

/** No environment holds such a value. */
const nobodysMarker = "\0";
function worksIn(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

/** Nothing of it runs, and nobody writes into the folder any more: an end is the last that a supervisor writes there. */
async function endForGood(place: TaskPlace, name: string, call: Call): Promise<void> {
  const stop = async (): Promise<StopResult> =>
    (await stopService(place, { graceMs: 0, removing: true }, call)) ??
    (await stopTask(place, { intent: "stopped", graceMs: 0 }, call));
  const { state, reason } = await stop().catch((error: unknown) => {
    if (call.signal.aborted || classifyProcessError(error) !== undefined) throw error;
    return killDamaged(place.folder, name);
  });
  if (state === "unconfirmed") throw new Error(`it cannot be removed while it runs: ${reason}`);
}
