import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import type { StopResult } from "@longshore/core";
import { sleep, type StopIntent } from "@longshore/core/driver";
import { absent, isKept, word } from "./task-folder.ts";
import type { LaunchRequest } from "./to-launch-request.ts";

/** Without root, a namespace of users comes first. */
const flags = `--pid --fork --kill-child${process.getuid?.() === 0 ? "" : " --user --map-current-user"}`;
/** Outside: whoever wins the claim keeps the namespace, and writes its code down once all of it is gone. $0 is the folder. */
const outside = `
ln -s $$ "$0/claim" 2>/dev/null || exit 0
setpriv --pdeathsig KILL unshare ${flags} sh -c "$@" >>"$0/stdout" 2>>"$0/stderr"
ln -s $? "$0/exit"`;
/** Inside: process 1. Its /proc is the one outside, so that what it reads there is a number that everybody knows. */
const inside = `
( shift 2; read -r longshore_pid _ </proc/self/stat; ln -s "$longshore_pid" "$0/program"
  command -v -- "$1" >/dev/null || { ln -s "$1" "$0/missing"; exit 127; }
  exec "$@" ) & longshore_program=$!
exec 2>/dev/null
[ "$1" = none ] || ( sleep "$1"; ln -s timed-out "$0/intent"; kill -TERM $longshore_program
  sleep "$2"; kill -KILL $longshore_program ) >/dev/null &
wait $longshore_program`;

/** It outlives this process. Of many that are launched for one task, one runs it. */
export async function launch({ folder, spec, command, env, graceMs }: LaunchRequest): Promise<void> {
  const limits = [spec.timeoutMs === undefined ? "none" : String(spec.timeoutMs / 1000), String(graceMs / 1000)];
  const options = { cwd: spec.workingDirectory ?? folder, env, detached: true, stdio: "ignore" } as const;
  const child = spawn("sh", ["-c", outside, folder, inside, folder, ...limits, ...command], options);
  await once(child, "spawn");
  child.unref();
}

/** A killed namespace is gone in far less; what hangs in the kernel for longer is said to. */
const killedWithinMs = 10_000;
export async function until(holds: () => Promise<boolean>, limitMs: number, signal: AbortSignal): Promise<boolean> {
  for (const limit = performance.now() + limitMs; !(await holds()); await sleep(10, signal)) {
    if (performance.now() >= limit) return false;
  }
  return true;
}
export const unlessThere = (error: unknown): unknown => (error as NodeJS.ErrnoException).code === "EEXIST" || absent(error);
/** The program's end is the end of process 1, and that of all the others. */
async function signalProgram(folder: string, unixSignal: NodeJS.Signals): Promise<void> {
  const program = await word(`${folder}/program`);
  if (program !== undefined && (await isKept(folder))) process.kill(Number(program), unixSignal);
}

/** The intent comes before the first signal; what nobody has claimed yet, nobody shall. */
export async function stopTask(
  { folder, graceMs }: Pick<LaunchRequest, "folder" | "graceMs">,
  intent: StopIntent,
  signal: AbortSignal,
): Promise<StopResult> {
  const gone = async (): Promise<boolean> => !(await isKept(folder));
  const answer = { state: "confirmed", forced: false, graceMs } as const;
  if ((await word(`${folder}/exit`)) === undefined) {
    await symlink(intent, `${folder}/intent`).catch(unlessThere);
    await symlink("0", `${folder}/claim`).catch(unlessThere);
    await until(async () => (await word(`${folder}/program`)) !== undefined || gone(), killedWithinMs, signal);
    await signalProgram(folder, "SIGTERM").catch(absent);
  }
  if (await until(gone, graceMs, signal)) return answer;
  await signalProgram(folder, "SIGKILL").catch(absent);
  if (await until(gone, killedWithinMs, signal)) return { ...answer, forced: true };
  return { ...answer, state: "unconfirmed", forced: true, reason: "it was killed and is still there" };
}
