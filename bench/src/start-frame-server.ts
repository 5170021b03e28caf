import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface FrameServer extends AsyncDisposable {
  readonly socketPath: string;
}
/** With no bytes, its logs are empty and never end. */
export async function startFrameServer(bytes: number, lineLength: number): Promise<FrameServer> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-bench-"));
  const socketPath = join(folder, "engine.sock");
  const script = fileURLToPath(new URL("frame-server.ts", import.meta.url));
  const child = fork(script, [socketPath, String(bytes), String(lineLength)]);
  await once(child, "message");
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
