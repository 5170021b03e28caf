import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { announceChange } from "./announce-change.ts";
import { createOnce } from "./create-once.ts";
import { forgetSecrets } from "./forget-secrets.ts";
import { identify } from "./process-identity.ts";
import type { SecretValues } from "./start-program.ts";
import { Supervision } from "./supervision.ts";
import { type ExitRecord, taskFiles, type TaskRecord } from "./task-record.ts";
import { WallClock } from "./wall-clock.ts";

/** While the end cannot be written down, on a full disk for one: often enough for people who make room. */
const writeAgainMs = 1_000;

/**
 * Runs the task of a folder, unless it was run or is being run by another: only whoever creates the claim goes on, and a
 * claim is never taken back. Ends when nothing of the task runs any more and its end is written down.
 */
export async function superviseTask(folder: string): Promise<void> {
  // A shutdown asks everybody to end. The program hears it as well, and somebody has to see how it ends.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  const me = identify(process.pid);
  if (me === undefined || !createOnce(join(folder, taskFiles.claim), me)) return;
  const clock = new WallClock();
  const end = await runToEnd(folder, clock);
  forgetSecrets(folder);
  await writeEnd(folder, end);
  announceChange(folder);
}

async function runToEnd(folder: string, clock: WallClock): Promise<ExitRecord> {
  let supervision: Supervision | undefined;
  try {
    supervision = new Supervision(folder, readTask(folder), clock);
    return await supervision.run(takeSecretValues(folder));
  } catch (error) {
    await supervision?.abandon();
    return { finishedAt: clock.now(), failure: { code: "platform-fault", detail: `its supervisor failed: ${String(error)}` } };
  }
}

const readTask = (folder: string): TaskRecord => JSON.parse(readFileSync(join(folder, taskFiles.task), "utf8")) as TaskRecord;

/** Read and taken away before the program starts: from then on they are where the spec wants them, and nowhere else. */
function takeSecretValues(folder: string): SecretValues {
  const path = join(folder, taskFiles.secretValues);
  const values = JSON.parse(readFileSync(path, "utf8")) as SecretValues;
  rmSync(path);
  return values;
}

async function writeEnd(folder: string, end: ExitRecord): Promise<void> {
  for (;;) {
    try {
      return void createOnce(join(folder, taskFiles.exit), end);
    } catch (error) {
      if ((error as { readonly code?: string }).code === "ENOENT") return; // the whole folder is gone
      await pause(writeAgainMs);
    }
  }
}
