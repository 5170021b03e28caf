import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { StopResult } from "@longshore/core";
import { type Call, type DriverStopOptions, sleep } from "@longshore/core/driver";
import { absent, bearers, isRunning, word } from "./task-folder.ts";
import type { LaunchRequest } from "./to-launch-request.ts";

const keeper = fileURLToPath(new URL("../keep-task.sh", import.meta.url));
/** It outlives this process. Of many that are launched for one task, one runs it. */
export async function launch({ folder, spec, command, env, graceMs }: LaunchRequest): Promise<void> {
  const limits = [spec.timeoutMs === undefined ? "none" : `${spec.timeoutMs / 1000}`, `${graceMs / 1000}`];
  const options = { cwd: spec.workingDirectory ?? folder, env, detached: true, stdio: "ignore" } as const;
  const child = spawn("sh", [keeper, folder, ...limits, ...command], options);
  await once(child, "spawn");
  child.unref();
}

/** A killed process is gone in far less; what hangs in the kernel for longer is said to. */
const killedWithinMs = 10_000;
export async function until(holds: () => Promise<boolean>, limitMs: number, signal: AbortSignal): Promise<boolean> {
  for (const limit = performance.now() + limitMs; !(await holds()); await sleep(10, signal)) {
    if (performance.now() >= limit) return false;
  }
  return true;
}
/** A number whose process does not bear the task's mark is somebody else's by now, and left alone. */
async function signal(folder: string, unixSignal: NodeJS.Signals, only?: string): Promise<void> {
  const numbers = (await bearers(folder)).filter((number) => only === undefined || number === only);
  for (const number of numbers) await (async () => process.kill(Number(number), unixSignal))().catch(absent);
}

/** The intent comes before the first signal; what nobody has claimed yet, nobody shall. */
export async function stopTask(folder: string, wanted: Required<DriverStopOptions>, call: Call): Promise<StopResult> {
  const { intent, graceMs } = wanted;
  const gone = async (): Promise<boolean> => !(await isRunning(folder));
  const answer = { state: "confirmed", forced: false, graceMs } as const;
  if ((await word(`${folder}/exit`)) === undefined) {
    await symlink(intent, `${folder}/intent`).catch(absent);
    await symlink("0", `${folder}/claim`).catch(absent);
    const program = (): Promise<string | undefined> => word(`${folder}/program`);
    await until(async () => (await program()) !== undefined || gone(), killedWithinMs, call.signal);
    await signal(folder, "SIGTERM", await program());
  }
  if (await until(gone, graceMs, call.signal)) return answer;
  const killed = (): Promise<boolean> => signal(folder, "SIGKILL").then(gone);
  if (await until(killed, killedWithinMs, call.signal)) return { ...answer, forced: true };
  return { ...answer, state: "unconfirmed", forced: true, reason: "it was killed and is still there" };
}
