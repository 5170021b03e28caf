import { randomUUID } from "node:crypto";
import { linkSync, openSync, closeSync, fsyncSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeFile } from "./remove-file.ts";

/**
 * Whole or not at all, and the first to come wins: written aside, then linked, which fails where the name is taken
 * (link(2)). Answers whether it was ours. Synchronous, since what follows it must not come before it.
 *
 * `durable`: on the disk when it answers, so that it holds after a failure of power as well. One flush, after the link: it
 * takes the new name along with the contents, since both are changes of the same file (fsync(2); ext4, XFS and Btrfs keep
 * it so). `quick`: for what only processes that live now have to agree on; a flush is the longest part of a start.
 */
export function createOnce(path: string, value: object, how: "durable" | "quick" = "durable"): boolean {
  const aside = join(dirname(path), `.${randomUUID()}`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeFileSync(file, JSON.stringify(value));
    linkSync(aside, path);
    if (how === "durable") fsyncSync(file);
    return true;
  } catch (error) {
    if ((error as { readonly code?: string }).code === "EEXIST") return false;
    throw error;
  } finally {
    closeSync(file);
    removeFile(aside);
  }
}
