import type { Duplex } from "node:stream";
import { type AttachRequest, LongshoreError, type OutputChunk, type TerminalSize } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { converse } from "./converse.ts";
import { findRunning, hasEnded, type SessionParts } from "./find-instance.ts";
import { lookUntil } from "./look-until.ts";
import { neverTyped } from "./never-typed.ts";

/** An engine that is asked after the program's end never answers. What came before the end comes at once. */
const silenceMs = 2000;

const refuseInput = (id: string): LongshoreError =>
  new LongshoreError(`${id} reads no input; expected stdin: true in its spec`, { code: "invalid-argument", operation: "attach" });
const outputEnded = (id: string): LongshoreError => {
  const message = `${id} runs on without its output: it closed that, or the connection broke`;
  return new LongshoreError(message, { code: "unavailable", operation: "attach" });
};

/**
 * What the program prints from now on, and what it reads. Without a terminal its stdin ends with the input, and with the
 * connection as well: the engine cannot tell the one from the other.
 */
export async function* attachContainer(
  parts: SessionParts,
  { id, instance, input }: AttachRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk, void, void> {
  const { engine } = parts;
  const { Id, Config } = await findRunning(parts, { id, instance }, signal);
  if (input !== undefined && Config.OpenStdin !== true) throw refuseInput(id);
  const query = { stream: true, stdout: true, stderr: true, stdin: input !== undefined, detachKeys: neverTyped };
  const socket = await engine.hijack("attach", signal, { path: `/containers/${Id}/attach`, query });
  const resize = async ({ rows: h, columns: w }: TerminalSize): Promise<void> => {
    if (!Config.Tty) return;
    await engine.call(
      "container resize",
      signal,
      (docker, abortSignal) => docker.getContainer(Id).resize({ _query: { h, w }, _body: {}, abortSignal } as never) as never,
    );
  };
  const output = converse(socket, { tty: Config.Tty, resize, ...(input !== undefined && { input }) });
  if (await hasEnded(parts, Id, signal)) return yield* untilSilent(socket, output);
  yield* output;
  const ended = await lookUntil(async () => (await hasEnded(parts, Id, signal)) || undefined, signal);
  if (ended === undefined) throw outputEnded(id);
}

/** Of a program that ended before or after the engine heard of the attaching; nobody knows which. */
async function* untilSilent(socket: Duplex, output: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk, void, void> {
  const silence = new Error("nothing more to come");
  let heard = false;
  const timer = setTimeout(() => heard || socket.readableLength > 0 || socket.destroy(silence), silenceMs);
  try {
    for await (const chunk of output) {
      heard = true;
      yield chunk;
    }
  } catch (error) {
    if (error !== silence) throw error;
  } finally {
    clearTimeout(timer);
  }
}
