import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Stream } from "@longshore/core";

export interface ProgramPipe {
  readonly stream: Stream;
  readonly reader: Socket;
  /** The program's end, to be closed once the program has it. */
  readonly writeEnd: number;
}

/**
 * Pipes of the kernel's own kind, as in a container. What Node makes for a child are sockets, and a script that writes to
 * `/dev/stderr` fails on those (open(2), ENXIO). The names are gone before the program starts.
 */
export function makeProgramPipes(folder: string): readonly [stdout: ProgramPipe, stderr: ProgramPipe] {
  const paths = [join(folder, ".stdout"), join(folder, ".stderr")] as const;
  for (const path of paths) rmSync(path, { force: true });
  execFileSync("mkfifo", ["-m", "600", ...paths], { env: { PATH: "/usr/bin:/bin" }, stdio: "ignore" });
  const [stdout, stderr] = paths;
  return [openPipe("stdout", stdout), openPipe("stderr", stderr)];
}

/** The reading end first, without waiting for a writer: a FIFO's writer would wait for it (fifo(7)). */
function openPipe(stream: Stream, path: string): ProgramPipe {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return { stream, reader: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
}

/** Once the program has its own copies, so that the pipes end when the last of its processes has closed them. */
export const closeWriteEnds = (pipes: readonly ProgramPipe[]): void => pipes.forEach(({ writeEnd }) => closeSync(writeEnd));
