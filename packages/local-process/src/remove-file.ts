import { unlinkSync } from "node:fs";
import { isMissing } from "./read-record.ts";

/** No error where there is none. A plain unlink(2): `rmSync` looks at the file first, and takes several times as long. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
