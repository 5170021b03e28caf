import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { removeFile } from "./remove-file.ts";

const noteOf = (task: string): string => join(dirname(task), ".changes", basename(task));

/** Tells whoever watches. Best effort: who misses it finds out by looking, which everybody does now and then. */
export function announceChange(task: string): void {
  try {
    writeFileSync(noteOf(task), String(Date.now()), { mode: 0o600 });
  } catch {
    // The folder for changes is made by a ping; without it nobody watches.
  }
}

/** The last change: the note goes with the task. */
export const announceRemoval = (task: string): void => removeFile(noteOf(task));
