import { readFileSync } from "node:fs";

export const isMissing = (error: unknown): boolean => {
  const { code } = error as { readonly code?: string };
  return code === "ENOENT" || code === "ENOTDIR";
};

/**
 * Undefined where there is none. Records are written whole, so one that cannot be parsed was damaged and throws. Synchronous:
 * a few hundred bytes of a disk of this machine are there before another thread could be asked for them.
 */
export function readRecord<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
