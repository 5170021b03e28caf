import { rmSync } from "node:fs";
import { join } from "node:path";
import { taskFiles } from "./task-record.ts";

/** No value outlives its program, nor waits for one that will not come. */
export function forgetSecrets(folder: string): void {
  for (const name of [taskFiles.secrets, taskFiles.secretValues]) rmSync(join(folder, name), { recursive: true, force: true });
}
