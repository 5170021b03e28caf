import { constants } from "node:os";
import type Docker from "dockerode";
import type { Clock } from "./clock.ts";
import type { EngineContainer, EngineExit, EngineOutput, EngineRun } from "./engine.ts";
import { EngineStartError } from "./engine-start-error.ts";
import { execInContainer } from "./exec-in-container.ts";
import { splitDockerFrames } from "./split-docker-frames.ts";
import { stopRun } from "./stop-run.ts";
import { toContainerBody } from "./to-container-body.ts";

interface Daemon {
  readonly docker: Docker;
  readonly clock: Clock;
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** The engine tells why a command did not start in words alone. */
function toStartError(error: Error): EngineStartError {
  if (/executable file not found|no such file or directory/.test(error.message))
    return new EngineStartError("no-such-command", error.message, { cause: error });
  if (/permission denied|exec format error|is a directory/.test(error.message))
    return new EngineStartError("cannot-execute", error.message, { cause: error });
  return new EngineStartError("rejected", error.message, { cause: error });
}

const quietly = (work: Promise<unknown>, ...expected: number[]): Promise<void> =>
  work.then(
    () => {},
    (error: unknown) => {
      if (!expected.includes(statusOf(error) ?? 0)) throw error;
    },
  );

async function exitOf(container: Docker.Container): Promise<EngineExit> {
  try {
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    const { OOMKilled: outOfMemory } = (await container.inspect()).State;
    const [signal] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
    return { code, ...(signal && { signal }), outOfMemory };
  } catch {
    // It was removed, or the engine is gone: nobody can tell any more.
    return { outOfMemory: false };
  }
}

async function* outputOf(source: AsyncIterable<Uint8Array>, tty: boolean, clock: Clock): AsyncGenerator<EngineOutput> {
  if (tty) for await (const bytes of source) yield { stream: "stdout", bytes, at: clock.now() };
  else for await (const piece of splitDockerFrames(source)) yield { ...piece, at: clock.now() };
}

async function launch(spec: EngineContainer, docker: Docker): Promise<[Docker.Container, AsyncIterable<Uint8Array>]> {
  const container = await docker.createContainer(toContainerBody(spec));
  try {
    // Before the start, so that not a byte is missed.
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    return [container, stream as unknown as AsyncIterable<Uint8Array>];
  } catch (error) {
    await quietly(container.remove({ force: true, v: true }), 404, 409);
    throw error;
  }
}

const addressOf = async (container: Docker.Container): Promise<string | undefined> =>
  Object.values((await container.inspect()).NetworkSettings.Networks)[0]?.IPAddress;

/** Starts a container on a Docker engine. @throws {@link EngineStartError} */
export async function startContainer(spec: EngineContainer, { docker, clock }: Daemon): Promise<EngineRun> {
  const [container, stream] = await launch(spec, docker).catch((error: Error) => {
    throw toStartError(error);
  });
  const exited = exitOf(container);
  const signal = (name: string): Promise<void> => quietly(container.kill({ signal: name }), 404, 409);
  const kill = async (): Promise<void> => {
    await signal("SIGKILL");
    await exited;
  };
  const address = spec.networkOf ? spec.networkOf.address : await addressOf(container);
  return {
    id: container.id,
    exited,
    output: outputOf(stream, spec.tty ?? false, clock),
    ...(address && { address }),
    stop: (graceMs) => stopRun({ clock, exited, ask: () => signal(spec.stopSignal ?? "SIGTERM"), kill }, graceMs),
    kill,
    exec: (command, options) => execInContainer(container, { command, clock, ...options }),
    remove: () => quietly(container.remove({ force: true, v: true }), 404, 409),
  };
}
