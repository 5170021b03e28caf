import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import type { Dictionary } from "@longshore/core";
import type { ProgramPipes } from "./program-pipes.ts";
import type { Failure } from "./task-record.ts";

export interface ProgramOrder {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly env: Dictionary<string>;
}
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The program in a session of its own, or why it cannot be started. */
export async function startProgram(order: ProgramOrder, pipes: ProgramPipes): Promise<Program | Failure> {
  const { argv, workingDirectory: cwd, env } = order;
  const [command = "", ...args] = argv;
  // The system reports a missing folder as if it were the program that is missing.
  if (!isFolder(cwd)) return { code: "invalid-config", detail: `workingDirectory ${cwd} is no folder` };
  try {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: [...pipes.stdio] });
    if (child.pid !== undefined) return { child, pid: child.pid };
    return await new Promise((resolve) => child.on("error", (error) => resolve(failureOf(error, command))));
  } catch (error) {
    return failureOf(error, command);
  } finally {
    pipes.closeTheirs();
  }
}

function failureOf(error: unknown, command: string): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { code: "command-not-found", detail: command };
  if (code === "EACCES" || code === "EPERM" || code === "ENOEXEC") return { code: "command-not-executable", detail: command };
  if (code === "EAGAIN" || code === "ENOMEM") return { code: "no-capacity", detail: message };
  return { code: "invalid-config", detail: message };
}
