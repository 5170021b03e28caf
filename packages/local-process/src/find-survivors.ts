import { readdirSync, readFileSync } from "node:fs";
import { hasEnded, isAlive, type ProcessIdentity, readProcessStat } from "./process-identity.ts";
import { markerName } from "./task-record.ts";

/** What a program's processes are known by. */
export interface Kin {
  /** What the value begins with that every descendant finds in its environment. Ends so that no other's begins with it. */
  readonly marker: string;
  readonly program?: ProcessIdentity;
  /**
   * The program's end was seen just now. Its group's number cannot be another's yet; later it could, and counts only as
   * long as the program itself is there.
   */
  readonly justEnded?: boolean;
  /** It ran so short a time that the system cannot have given out every number since: its descendants have later ones. */
  readonly young?: boolean;
}

/** The number of the program's group, while it is certain that it is no stranger's. */
export const ownGroup = ({ program, justEnded = false }: Kin): number | undefined =>
  program !== undefined && (justEnded || isAlive(program)) ? program.pid : undefined;

/** As it was given at the exec; unreadable where the process is another user's, and then it is not ours. */
export function markerOf(pid: number): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
    const from = `\0${environment}`.indexOf(`\0${markerName}=`);
    return from === -1 ? undefined : environment.slice(from + markerName.length + 1, environment.indexOf("\0", from));
  } catch {
    return undefined;
  }
}

/** Every process of this machine, by number. Linux. */
export const allProcesses = (): readonly number[] =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** Numbers are given out in turn (proc(5), pid_max), so that after a short while there is little to look at. */
function candidates({ program, young = false }: Kin): readonly number[] {
  const all = allProcesses();
  if (!young || program === undefined) return all;
  const newest = Number(readFileSync("/proc/loadavg", "latin1").trim().split(" ").at(-1));
  return newest >= program.pid ? all.filter((pid) => pid >= program.pid) : all;
}

/**
 * The processes of a program that run now. On Linux all of them, those too that made a session of their own, unless they
 * threw away their environment as well; elsewhere the group stands for all.
 */
export function findSurvivors(kin: Kin): readonly number[] {
  const own = ownGroup(kin);
  const group = own !== undefined && groupRuns(own) ? own : undefined;
  if (process.platform !== "linux") return group === undefined ? [] : [group];
  return candidates(kin).filter((pid) => {
    const marked = markerOf(pid)?.startsWith(kin.marker) === true;
    if (!marked && group === undefined) return false;
    const stat = readProcessStat(pid);
    return stat !== undefined && !hasEnded(stat) && (marked || stat.group === group);
  });
}

function groupRuns(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
