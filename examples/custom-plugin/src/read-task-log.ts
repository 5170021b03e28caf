import { open } from "node:fs/promises";
import { type Call, type DriverLogItem, type DriverLogQuery, sleep } from "@longshore/core/driver";
import { absent, isRunning } from "./task-folder.ts";

const longestPiece = 2 ** 20;
async function readAt(file: string, position: number): Promise<Buffer> {
  await using handle = await open(file).catch(absent);
  const read = await handle?.read({ buffer: Buffer.alloc(longestPiece), position });
  return read?.buffer.subarray(0, read.bytesRead) ?? Buffer.alloc(0);
}

/** One file, into which both streams go in their order: a position is the byte at which a line begins. */
export async function* readTaskLog(folder: string, { follow, positions }: DriverLogQuery, { signal }: Call) {
  let line = Number(positions?.["1"] ?? 0);
  let next = line;
  for (let last = false; !last; await sleep(last ? 0 : 50, signal)) {
    // Looked at before the reading: what was written until then is read to its end.
    last = !follow || !(await isRunning(folder));
    for (let taken = -1; taken !== 0; next += taken) {
      const piece = await readAt(`${folder}/log`, next);
      const whole = piece.lastIndexOf(10) + 1;
      taken = whole > 0 ? whole : last || piece.length === longestPiece ? piece.length : 0;
      const bytes = piece.subarray(0, taken);
      if (taken > 0)
        yield [{ kind: "bytes", stream: "stdout", instance: "1", position: `${line}`, bytes }] satisfies DriverLogItem[];
      if (whole > 0) line = next + whole;
    }
  }
}
