import { readdirSync, readFileSync } from "node:fs";
import { hasEnded, isAlive, type ProcessIdentity, readProcessStat } from "./process-identity.ts";
import { markerName } from "./task-record.ts";

/** What a task's processes are known by. */
export interface Kin {
  /** The value that every descendant finds in its environment. */
  readonly marker: string;
  readonly program?: ProcessIdentity;
  /**
   * The program's end was seen just now. Its group's number cannot be another's yet; later it could, and counts only as
   * long as the program itself is there.
   */
  readonly justEnded?: boolean;
}

/** The number of the program's group, while it is certain that it is no stranger's. */
export const ownGroup = ({ program, justEnded = false }: Kin): number | undefined =>
  program !== undefined && (justEnded || isAlive(program)) ? program.pid : undefined;

/** As it was given at the exec; unreadable where the process is another user's, and then it is not ours. */
function bearsMarker(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(`${markerName}=${marker}\0`);
  } catch {
    return false;
  }
}

/**
 * The processes of a task that run now. On Linux all of them, those too that made a session of their own, unless they
 * threw away their environment as well; elsewhere the group stands for all.
 */
export function findSurvivors(kin: Kin): readonly number[] {
  const group = ownGroup(kin);
  if (process.platform !== "linux") return group !== undefined && groupRuns(group) ? [group] : [];
  const pids = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  return pids.filter((pid) => {
    const stat = readProcessStat(pid);
    if (stat === undefined || hasEnded(stat)) return false;
    return (group !== undefined && stat.group === group) || bearsMarker(pid, kin.marker);
  });
}

function groupRuns(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
