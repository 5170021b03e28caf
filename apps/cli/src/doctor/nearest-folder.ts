import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** The path itself, or what is there above it. */
export async function nearestFolder(path: string): Promise<string> {
  const full = resolve(path);
  const there = await access(full).then(
    () => true,
    () => false,
  );
  return there || dirname(full) === full ? full : nearestFolder(dirname(full));
}
