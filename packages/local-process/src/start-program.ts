import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeWriteEnds, makeProgramPipes, type ProgramPipe } from "./program-pipes.ts";
import { type Failure, markerName, taskFiles, type TaskRecord } from "./task-record.ts";

export type SecretValues = Readonly<Record<string, string>>;
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly pipes: readonly ProgramPipe[];
}
/** What Debian's and Docker's shells search when nobody has said. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The files are the task's own folder's: no other user can reach into it. */
function secretVariables(folder: string, { request }: TaskRecord, values: SecretValues): Readonly<Record<string, string>> {
  const inFiles = join(folder, taskFiles.secrets);
  mkdirSync(inFiles, { recursive: true, mode: 0o700 });
  const variables = Object.entries(request.secrets).map(([name, { as }]) => {
    const value = values[name] ?? "";
    if (as === "env") return [name, value];
    const path = join(inFiles, name);
    writeFileSync(path, value, { mode: 0o600 });
    return [`${name}_FILE`, path];
  });
  return Object.fromEntries(variables) as Readonly<Record<string, string>>;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The program in a session of its own, or why it cannot be started. Nothing of our own environment reaches it. */
export async function startProgram(folder: string, task: TaskRecord, values: SecretValues): Promise<Program | Failure> {
  const { argv, env, workingDirectory: cwd = join(folder, taskFiles.work) } = task.request;
  const [command = "", ...args] = argv;
  // The system reports a missing folder as if it were the program that is missing.
  if (!isFolder(cwd)) return { code: "invalid-config", detail: `workingDirectory ${cwd} is no folder` };
  const variables = { PATH: defaultPath, HOME: join(folder, taskFiles.work), ...env, ...secretVariables(folder, task, values) };
  const pipes = makeProgramPipes(folder);
  const [stdout, stderr] = pipes;
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...variables, [markerName]: task.marker },
      detached: true,
      stdio: ["ignore", stdout.writeEnd, stderr.writeEnd],
    });
    if (child.pid !== undefined) return { child, pid: child.pid, pipes };
    return await new Promise((resolve) => child.on("error", (error) => resolve(failureOf(error, command))));
  } catch (error) {
    return failureOf(error, command);
  } finally {
    closeWriteEnds(pipes);
  }
}

function failureOf(error: unknown, command: string): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { code: "command-not-found", detail: command };
  if (code === "EACCES" || code === "EPERM" || code === "ENOEXEC") return { code: "command-not-executable", detail: command };
  if (code === "EAGAIN" || code === "ENOMEM") return { code: "no-capacity", detail: message };
  return { code: "invalid-config", detail: message };
}
