import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SupervisorPlaces } from "./supervisor-places.ts";

/** It copies bytes and holds a megabyte of them for each program, outside this heap; V8's defaults would take a share of the machine's memory. */
const smallHeap = ["--max-old-space-size=128", "--max-semi-space-size=1"];
/** It holds secrets for the programs that it starts again: they belong in no core dump. The soft limit, which a program may raise. */
const withoutDumps = 'ulimit -S -c 0; exec "$0" "$@"';
/** Beside this file, compiled as this file is. */
const program = (): string => fileURLToPath(new URL(`./supervisor-program${extname(import.meta.url)}`, import.meta.url));

/**
 * Any number may be launched: one of them holds the turn, the others end at once. In a session of its own, with nothing of
 * ours open, it outlives this process and its whole group. Its working folder is its own, so that the path of its socket is
 * short whatever the folder is called. Resolves with its exit code when it has ended; what it complained of is in its file. `instead`: the
 * number of a turn that counts as over, although its holder lives.
 */
export async function launchSupervisor(places: SupervisorPlaces, instead?: number): Promise<number | null> {
  mkdirSync(places.folder, { recursive: true, mode: 0o700 });
  const complaints = openSync(places.complaints, "a", 0o600);
  const passing = instead === undefined ? [] : [String(instead)];
  try {
    const child = spawn(
      "/bin/sh",
      ["-c", withoutDumps, process.execPath, ...smallHeap, program(), join(places.folder, ".."), ...passing],
      {
        cwd: places.folder,
        env: {},
        detached: true,
        stdio: ["ignore", "ignore", complaints],
      },
    );
    child.unref();
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  } finally {
    closeSync(complaints);
  }
}
