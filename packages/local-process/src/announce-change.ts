import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { removeFile } from "./remove-file.ts";

const noteOf = (task: string): string => join(dirname(task), ".changes", basename(task));

/**
 * Tells whoever watches. Best effort: who misses it finds out by looking, which everybody does now and then. A supervisor may
 * tell of an end that somebody has seen and removed already: then it takes its note away again, or that would stay for ever.
 */
export function announceChange(task: string): void {
  try {
    writeFileSync(noteOf(task), String(Date.now()), { mode: 0o600 });
    if (!existsSync(task)) announceRemoval(task);
  } catch {
    // The folder for changes is made by a ping; without it nobody watches.
  }
}

/** The last change: the note goes with the task. */
export const announceRemoval = (task: string): void => removeFile(noteOf(task));
