import { randomUUID } from "node:crypto";
import { linkSync, openSync, closeSync, fsyncSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Whole or not at all, and the first to come wins: written and flushed aside, then linked, which fails where the name is
 * taken (link(2)). Answers whether it was ours. Synchronous, since what follows it must not come before it.
 */
export function createOnce(path: string, value: object): boolean {
  const aside = join(dirname(path), `.${randomUUID()}`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeFileSync(file, JSON.stringify(value));
    fsyncSync(file);
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as { readonly code?: string }).code === "EEXIST") return false;
    throw error;
  } finally {
    closeSync(file);
    rmSync(aside, { force: true });
  }
}
