import { rmSync } from "node:fs";
import { join } from "node:path";
import { taskFiles } from "./task-record.ts";

/** No value outlives its program. */
export const forgetSecrets = (folder: string): void => rmSync(join(folder, taskFiles.secrets), { recursive: true, force: true });
