import { setTimeout as pause } from "node:timers/promises";
import { findSurvivors, type Kin, ownGroup } from "./find-survivors.ts";

/** One that has ended meanwhile hears nothing, and need not. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: what the signal was for has happened.
  }
}

/** To the program's group at once; where that is no longer known to be the program's, to each process that is found. */
export function askToEnd(kin: Kin): void {
  const group = ownGroup(kin);
  if (group !== undefined) return send(-group, "SIGTERM");
  for (const pid of findSurvivors(kin)) send(pid, "SIGTERM");
}

/** Between two looks at what is left: a process that was killed is gone within a few scheduler ticks (1–4 ms each). */
const lookAgainMs = 10;

/** Again and again, since whoever runs may have started others meanwhile. Answers whether none is left. */
export async function killSurvivors(kin: Kin, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    const group = ownGroup(kin);
    if (group !== undefined) send(-group, "SIGKILL");
    const found = findSurvivors(kin);
    if (found.length === 0) return true;
    for (const pid of found) if (process.platform === "linux") send(pid, "SIGKILL");
    if (performance.now() > end) return false;
    await pause(lookAgainMs);
  }
}
