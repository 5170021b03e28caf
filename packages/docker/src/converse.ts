import type { Duplex } from "node:stream";
import type { Keystrokes, OutputChunk, TerminalSize } from "@longshore/core";
import { demultiplexOutput, type OutputFrame } from "./demultiplex-output.ts";
import { typeInput } from "./type-input.ts";

export interface Conversation {
  readonly tty: boolean;
  /** Absent: nothing is written, and nothing ended. */
  readonly input?: AsyncIterable<Keystrokes>;
  readonly resize: (size: TerminalSize) => Promise<void>;
}

/**
 * Typed but never read, when the program ended: the engine's side closes with it unread, which this side is told of as a reset,
 * after all that was sent.
 */
const isReset = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ECONNRESET";
const isLocal = (socket: Duplex): boolean => !("remoteAddress" in socket) || socket.remoteAddress === undefined;

/** All that arrived, also what the stream held back when it failed. Over a network, a reset may have overtaken the output. */
async function* chunksOf(socket: Duplex): AsyncGenerator<Buffer, void, void> {
  const local = isLocal(socket); // asked now: a socket that is closed has no address
  try {
    yield* socket as AsyncIterable<Buffer>;
  } catch (error) {
    if (!isReset(error) || !local) throw error;
    const rest = socket.read() as Buffer | null;
    if (rest !== null) yield rest;
  }
}
async function* terminalOutput(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly OutputFrame[], void, void> {
  for await (const bytes of chunks) yield [{ stream: "stdout", bytes }];
}

/** Output as it is read, no faster; input beside it. The connection ends with the output, or when the reader leaves. */
export async function* converse(socket: Duplex, { tty, input, resize }: Conversation): AsyncGenerator<OutputChunk, void, void> {
  const fail = (error: unknown): void => void socket.destroy(error instanceof Error ? error : new Error(String(error)));
  if (input !== undefined) void typeInput({ socket, input, tty, resize }).catch(fail);
  try {
    const chunks = chunksOf(socket);
    for await (const frames of tty ? terminalOutput(chunks) : demultiplexOutput(chunks, "output")) {
      for (const { stream, bytes } of frames) yield { kind: "output", stream, bytes };
    }
  } finally {
    socket.destroy();
  }
}
