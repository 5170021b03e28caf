import type { FileHandle } from "node:fs/promises";
import { decodeFrames, frameBufferBytes, type PlacedFrame } from "./log-frame.ts";

/** The whole frames from `offset` to the end there is now, as many at a time as a read brings. */
export async function* framesFrom(
  file: FileHandle,
  offset: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly PlacedFrame[], void, void> {
  for (let at = offset; ;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(frameBufferBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    const frames = [...decodeFrames(buffer.subarray(0, bytesRead), at)];
    const last = frames.at(-1);
    if (last === undefined) return;
    at = last.end;
    yield frames;
  }
}
