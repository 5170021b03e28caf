import { once } from "node:events";
import type { LogWriter } from "./log-writer.ts";
import type { ProgramPipe } from "./program-pipes.ts";

/** Until every process that holds the pipe has closed it, or the pipe was destroyed. */
export async function recordOutput({ stream, reader }: ProgramPipe, log: LogWriter): Promise<void> {
  reader.on("data", (bytes: Buffer) => {
    const full = log.write(stream, bytes);
    if (full === undefined) return;
    reader.pause();
    void full.then(() => reader.resume());
  });
  reader.on("error", () => {}); // a close follows
  await once(reader, "close");
}
