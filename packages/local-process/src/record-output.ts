import { once } from "node:events";
import type { Stream } from "@longshore/core";
import type { LogWriter } from "./log-writer.ts";
import type { OutputPipe } from "./program-pipes.ts";

/** Whoever hears what a program writes while it is written. */
export type Listener = (stream: Stream, bytes: Uint8Array) => void;

/** Until every process that holds the pipe has closed it, or the pipe was destroyed. */
export async function recordOutput({ stream, reader }: OutputPipe, log: LogWriter, hear: Listener): Promise<void> {
  reader.on("data", (bytes: Buffer) => {
    hear(stream, bytes);
    const full = log.write(stream, bytes);
    if (full === undefined) return;
    reader.pause();
    void full.then(() => reader.resume());
  });
  reader.on("error", () => {}); // a close follows
  await once(reader, "close");
}
