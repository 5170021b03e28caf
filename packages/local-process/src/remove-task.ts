import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { StopResult, WorkloadId } from "@longshore/core";
import { type Call, sleep } from "@longshore/core/driver";
import { announceChange, announceRemoval } from "./announce-change.ts";
import { classifyProcessError } from "./classify-process-error.ts";
import { passingFolders, passingPath } from "./passing-folders.ts";
import { isAlive } from "./process-identity.ts";
import { isMissing, readRecord } from "./read-record.ts";
import { killSurvivors } from "./signal-survivors.ts";
import { stopTask } from "./stop-task.ts";
import type { TaskPlaces } from "./task-places.ts";
import { type ClaimRecord, type StartedRecord, taskFiles } from "./task-record.ts";

/** A supervisor ends right after its last record; one that lingers is stuck. */
const longestFarewellMs = 3_000;
const lookAgainMs = 10;

/** From whatever point an earlier removal, or a start, was cut off at. The last to bear the id is the folder being removed. */
export async function removeTask(places: TaskPlaces, id: WorkloadId, call: Call): Promise<void> {
  const folder = places.task(id);
  await endForGood(folder, call);
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

/** A damaged record tells nothing of the task, but may have left word of its program. */
async function killDamaged(folder: string): Promise<Pick<StopResult, "state" | "reason">> {
  const started = await readRecord<StartedRecord>(join(folder, taskFiles.started)).catch(() => undefined);
  const ended =
    started === undefined || (await killSurvivors({ marker: basename(folder), program: started.program }, longestFarewellMs));
  return ended ? { state: "confirmed" } : { state: "unconfirmed", reason: "its processes do not end" };
}

/** Nothing of it runs: neither the program, at once, nor the supervisor, which still writes into the folder. */
async function endForGood(folder: string, call: Call): Promise<void> {
  const { state, reason } = await stopTask(folder, { intent: "stopped", graceMs: 0 }, call).catch((error: unknown) => {
    if (call.signal.aborted || classifyProcessError(error) !== undefined) throw error;
    return killDamaged(folder);
  });
  if (state === "unconfirmed") throw new Error(`it cannot be removed while it runs: ${reason}`);
  const supervisor = await readRecord<ClaimRecord>(join(folder, taskFiles.claim)).catch(() => undefined);
  if (supervisor === undefined || supervisor.closing) return;
  const patience = performance.now() + longestFarewellMs;
  while (isAlive(supervisor) && performance.now() < patience) await sleep(lookAgainMs, call.signal);
  if (isAlive(supervisor)) process.kill(supervisor.pid, "SIGKILL");
}
