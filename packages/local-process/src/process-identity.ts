import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process number is used again after a while, and after a restart of the machine at once; with its start it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: when it was started, on which boot. */
  readonly start: string;
}
export interface ProcessStat {
  readonly state: string;
  readonly group: number;
  /** Clock ticks since boot. */
  readonly start: string;
}

/** Linux: proc(5). Undefined where there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's own name, in parentheses, and may hold anything.
    const [state = "", , group, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, group: Number(group), start: rest[16] ?? "" };
  } catch {
    return undefined;
  }
}

/** `Z` and `X` have ended; a zombie only waits for somebody to ask how. */
export const hasEnded = ({ state }: ProcessStat): boolean => state === "Z" || state === "X";

/** Read once: it changes with a boot alone (random(4)), which no process survives. */
const boot = (() => {
  let id: string | undefined;
  return (): string => (id ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim());
})();

const onLinux = (pid: number): string | undefined => {
  const stat = readProcessStat(pid);
  if (stat === undefined || hasEnded(stat)) return undefined;
  return `${boot()}:${stat.start}`;
};
const elsewhere = (pid: number): string | undefined => {
  try {
    const asked = ["-o", "stat=,lstart=", "-p", String(pid)];
    const text = execFileSync("/bin/ps", asked, { encoding: "utf8", env: { LC_ALL: "C", TZ: "UTC" }, stdio: "pipe" });
    const [, state = "Z", start = ""] = /^(\S+)\s+(.*\S)\s*$/.exec(text) ?? [];
    return state.startsWith("Z") ? undefined : start;
  } catch {
    return undefined; // ps ends with 1 where there is no such process
  }
};

/** Undefined where nothing runs under that number. Quick enough to be synchronous, and right after a spawn it must be. */
export function identify(pid: number): ProcessIdentity | undefined {
  const start = process.platform === "linux" ? onLinux(pid) : elsewhere(pid);
  return start === undefined ? undefined : { pid, start };
}

export const isAlive = ({ pid, start }: ProcessIdentity): boolean => identify(pid)?.start === start;
