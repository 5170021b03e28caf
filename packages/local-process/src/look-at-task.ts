import { lstatSync } from "node:fs";
import { join } from "node:path";
import { instant } from "@longshore/core";
import { announceChange } from "./announce-change.ts";
import { createOnce } from "./create-once.ts";
import { findSurvivors, type Kin } from "./find-survivors.ts";
import { forgetSecrets } from "./forget-secrets.ts";
import type { Evidence } from "./map-process-state.ts";
import { identify, isAlive } from "./process-identity.ts";
import { isMissing, readRecord } from "./read-record.ts";
import {
  type ClaimRecord,
  type ExitRecord,
  type Failure,
  type IntentRecord,
  type StartedRecord,
  taskFiles,
  type TaskRecord,
} from "./task-record.ts";

/**
 * What there is to see of a task in its folder, and who of it runs. Undefined where there is no such folder: folders come and
 * go whole, also between two looks of ours, so what was not one and the same folder all the while is looked at anew.
 */
export async function lookAtTask(folder: string): Promise<Evidence | undefined> {
  for (;;) {
    const before = identityOf(folder);
    if (before === undefined) return undefined;
    const seen = readRecords(folder);
    if (identityOf(folder) !== before) continue;
    if (seen === undefined) throw new Error(`its folder ${folder} holds no ${taskFiles.task}; remove the task`);
    if (seen.exit !== undefined) return seen;
    const settled = await settle(folder, seen).catch(absentIfMissing);
    if (settled !== undefined) return settled;
  }
}

function readRecords(folder: string): Evidence | undefined {
  const read = <T>(name: string): T | undefined => readRecord<T>(join(folder, name));
  const task = read<TaskRecord>(taskFiles.task);
  if (task === undefined) return undefined;
  // First the end, then what came before it: what is read later cannot be older.
  const exit = read<ExitRecord>(taskFiles.exit);
  const claim = read<ClaimRecord>(taskFiles.claim);
  const started = read<StartedRecord>(taskFiles.started);
  const intent = read<IntentRecord>(taskFiles.intent);
  return {
    task,
    supervised: exit === undefined && claim !== undefined && isAlive(claim),
    ...(claim !== undefined && { claim }),
    ...(started !== undefined && { started }),
    ...(intent !== undefined && { intent }),
    ...(exit !== undefined && { exit }),
  };
}

/** A number is given again once its folder is gone, but not with the same time of birth. */
function identityOf(folder: string): string | undefined {
  const seen = lstatSync(folder, { throwIfNoEntry: false });
  return seen && `${seen.ino} ${seen.birthtimeMs}`;
}

function absentIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** Of a task whose supervisor is not there to tell. */
export const kinOf = ({ task, started }: Evidence): Kin =>
  started === undefined ? { marker: task.marker } : { marker: task.marker, program: started.program };

/**
 * An end that nobody else can write down: that of a task which waited too long for a supervisor, and that of a task whose
 * supervisor is dead once its processes are gone too. Whoever sees it first writes it, so that all see the same.
 */
async function settle(folder: string, seen: Evidence): Promise<Evidence | undefined> {
  if (seen.claim === undefined) return isOverdue(seen) ? closeUnstarted(folder, seen, pendingLimit) : seen;
  if (seen.supervised || findSurvivors(kinOf(seen)).length > 0) return seen;
  return writeEnd(folder, { code: "platform-fault", detail: "its supervisor died, and how the program ended is not known" });
}

const pendingLimit: Failure = { code: "pending-limit", detail: "nobody started it" };
const isOverdue = ({ task: { createdAt, request } }: Evidence): boolean =>
  request.pendingTimeoutMs !== undefined && Date.now() > Date.parse(createdAt) + request.pendingTimeoutMs;

/** Takes the place of a supervisor that never came, so that none can come later. No effect where there was one. */
export async function closeUnstarted(folder: string, seen: Evidence, failure?: Failure): Promise<Evidence | undefined> {
  const me = identify(process.pid);
  const mine: ClaimRecord | undefined = me && { ...me, closing: true };
  if (mine === undefined || seen.claim !== undefined || !createOnce(join(folder, taskFiles.claim), mine)) return seen;
  return writeEnd(folder, failure);
}

/** Looks anew: where another was first, its word stands, and the rest may have been written since we looked. */
async function writeEnd(folder: string, failure?: Failure): Promise<Evidence | undefined> {
  forgetSecrets(folder);
  const intent = readRecord<IntentRecord>(join(folder, taskFiles.intent));
  const end: ExitRecord = {
    finishedAt: instant(Date.now()),
    ...(intent !== undefined && { intent: intent.intent }),
    ...(failure !== undefined && { failure }),
  };
  createOnce(join(folder, taskFiles.exit), end);
  announceChange(folder);
  return lookAtTask(folder);
}
