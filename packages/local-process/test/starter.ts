import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Task, TaskSpec } from "@longshore/core";

const program = fileURLToPath(new URL("./programs/starter.ts", import.meta.url));

/** A process of its own, with a group of its own, that starts a task. */
export const spawnStarter = (stateDir: string, spec: TaskSpec): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [program, stateDir, JSON.stringify(spec)], { detached: true, stdio: ["ignore", "pipe", "pipe"] });

export async function startElsewhere(stateDir: string, spec: TaskSpec): Promise<Task> {
  const child = spawnStarter(stateDir, spec);
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (said === "") throw new Error(complained);
  return JSON.parse(said) as Task;
}
