import { open } from "node:fs/promises";
import { type Call, type DriverLogItem, type DriverLogQuery, sleep } from "@longshore/core/driver";
import { absent, lookAtTask } from "./task-folder.ts";
import type { WorkloadId } from "@longshore/core";

const longestPiece = 2 ** 20;
async function readAt(file: string, position: number): Promise<Buffer> {
  await using handle = await open(file).catch(absent);
  const read = await handle?.read({ buffer: Buffer.alloc(longestPiece), position });
  return read?.buffer.subarray(0, read.bytesRead) ?? Buffer.alloc(0);
}
async function hasEnded(folder: string): Promise<boolean> {
  const seen = await lookAtTask(folder, "" as WorkloadId);
  return seen.kind === "absent" || seen.state.phase === "exited";
}

/** Two files, each in its own order: a position says where the next line of either begins, `stdout:stderr`. */
export async function* readTaskLogs(folder: string, query: DriverLogQuery, { signal }: Call): AsyncGenerator<DriverLogItem> {
  const [stdout = 0, stderr = 0] = (query.positions?.["1"] ?? "").split(":").map(Number);
  const lines = { stdout, stderr };
  const next = { ...lines };
  for (let last = false; !last; await sleep(last ? 0 : 50, signal)) {
    // Looked at before the reading: what was written until then is read to its end.
    last = !query.follow || (await hasEnded(folder));
    for (const stream of ["stdout", "stderr"] as const) {
      for (let taken = -1; taken !== 0;) {
        const piece = await readAt(`${folder}/${stream}`, next[stream]);
        const whole = piece.lastIndexOf(10) + 1;
        taken = whole > 0 ? whole : last || piece.length === longestPiece ? piece.length : 0;
        const position = `${lines.stdout}:${lines.stderr}`;
        if (taken > 0) yield { kind: "bytes", stream, instance: "1", position, bytes: piece.subarray(0, taken) };
        next[stream] += taken;
        if (whole > 0) lines[stream] = next[stream];
      }
    }
  }
}
