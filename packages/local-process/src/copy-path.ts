import { realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { FoundInstance } from "./find-instance.ts";
import { isMissing } from "./read-record.ts";

/**
 * The real path of what is meant, from the working directory. Only what lies in the instance's own folder or in its working
 * directory: a process has no file system of its own, and a copy must not reach all of this machine's.
 */
export function copyPath({ home, request }: FoundInstance, path: string, id: WorkloadId): string {
  const base = request.workingDirectory ?? home;
  const wrong = (code: "not-found" | "invalid-argument", why: string): LongshoreError =>
    new LongshoreError(`${path}: ${why}`, { code, operation: "copy", workload: id });
  try {
    const real = realpathSync(resolve(base, path));
    const inside = [home, base].map((folder) => realpathSync(folder)).some((root) => `${real}${sep}`.startsWith(`${root}${sep}`));
    if (inside) return real;
  } catch (error) {
    throw isMissing(error) ? wrong("not-found", "there is no such path") : error;
  }
  throw wrong("invalid-argument", `it lies outside of the workload's folder ${base}`);
}
