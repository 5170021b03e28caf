import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { taskFiles } from "./task-record.ts";

/** It copies bytes and holds a megabyte of them; V8's defaults would take a share of the machine's memory for each task. */
const smallHeap = ["--max-old-space-size=64", "--max-semi-space-size=1"];
/** Beside this file, compiled as this file is. */
const program = (): string => fileURLToPath(new URL(`./supervisor${extname(import.meta.url)}`, import.meta.url));

/**
 * Any number may be launched for a task: one of them runs it. In a session of its own, with nothing of ours open, it
 * outlives this process and its whole group. Resolves when it has ended; what it complained of is in its file.
 */
export async function launchSupervisor(folder: string): Promise<void> {
  const complaints = openSync(join(folder, taskFiles.complaints), "a", 0o600);
  try {
    const child = spawn(process.execPath, [...smallHeap, program(), folder], {
      cwd: "/",
      env: {},
      detached: true,
      stdio: ["ignore", "ignore", complaints],
    });
    child.unref();
    await once(child, "exit");
  } finally {
    closeSync(complaints);
  }
}
