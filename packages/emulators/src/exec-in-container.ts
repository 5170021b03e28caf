import type Docker from "dockerode";
import { pipeline } from "node:stream/promises";
import type { Clock } from "./clock.ts";
import type { EngineExec, EngineExecOptions, EngineOutput } from "./engine.ts";
import { splitDockerFrames } from "./split-docker-frames.ts";

export interface ContainerCommand extends EngineExecOptions {
  readonly command: readonly string[];
  readonly clock: Clock;
}

const ignore = (): void => {};

/** Runs a command inside a running container. An abort ends the connection; the command itself may run on. */
export async function execInContainer(container: Docker.Container, asked: ContainerCommand): Promise<EngineExec> {
  const { command, clock, tty = false, user, input, signal } = asked;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    AttachStdin: input !== undefined,
    Tty: tty,
    ...(user !== undefined && { User: user }),
  });
  const stream = await exec.start({ hijack: input !== undefined, stdin: input !== undefined, Tty: tty });
  signal?.addEventListener("abort", () => stream.destroy(), { once: true });
  if (input) pipeline(input, stream, { end: true }).catch(() => {});
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  stream.once("close", resolve).once("end", resolve);
  async function* output(): AsyncGenerator<EngineOutput> {
    if (tty) for await (const bytes of stream) yield { stream: "stdout", bytes: bytes as Buffer, at: clock.now() };
    else for await (const piece of splitDockerFrames(stream as AsyncIterable<Buffer>)) yield { ...piece, at: clock.now() };
  }
  const exited = ended.then(async () => {
    const { ExitCode: code } = await exec.inspect().catch(() => ({ ExitCode: null }));
    return code === null ? {} : { code };
  });
  // What has ended has no size.
  const resize: EngineExec["resize"] = ({ columns: w, rows: h }) =>
    tty ? exec.resize({ h, w }).then(ignore, ignore) : Promise.resolve();
  return { output: output(), exited, resize };
}
