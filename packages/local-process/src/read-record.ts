import { readFile } from "node:fs/promises";

export const isMissing = (error: unknown): boolean => {
  const { code } = error as { readonly code?: string };
  return code === "ENOENT" || code === "ENOTDIR";
};

/** Undefined where there is none. Records are written whole, so one that cannot be parsed was damaged and throws. */
export async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
