import { randomUUID } from "node:crypto";
import { linkSync, openSync, closeSync, fsyncSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Whole or not at all, and the first to come wins: written aside, then linked, which fails where the name is taken
 * (link(2)). Answers whether it was ours. Synchronous, since what follows it must not come before it.
 *
 * `durable`: contents and name are on the disk, so that it holds after a failure of power as well. `quick`: for what only
 * processes that live now have to agree on, since a flush is what a start takes longest for.
 */
export function createOnce(path: string, value: object, how: "durable" | "quick" = "durable"): boolean {
  const folder = dirname(path);
  const aside = join(folder, `.${randomUUID()}`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeFileSync(file, JSON.stringify(value));
    if (how === "durable") fsyncSync(file);
    linkSync(aside, path);
  } catch (error) {
    if ((error as { readonly code?: string }).code === "EEXIST") return false;
    throw error;
  } finally {
    closeSync(file);
    rmSync(aside, { force: true });
  }
  if (how === "durable") flushFolder(folder);
  return true;
}

/** A name is durable once its folder is (fsync(2)). */
function flushFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
