import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { type Absent, diagnose, type Instant, instant, type Task, type TaskState, type WorkloadId } from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import type { LaunchRequest } from "./to-launch-request.ts";

/** What the system answers where there is nothing, not any more, or something already. Every other error is one. */
export const absent = (error: unknown): undefined => {
  if (!["ENOENT", "ESRCH", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
};
/** The word that a link says: such a link is made at once and only once. */
export const word = (link: string): Promise<string | undefined> => readlink(link).catch(absent);
/** Since when it is there. */
export const since = (file: string): Promise<Instant | undefined> => lstat(file).then(({ mtimeMs }) => instant(mtimeMs), absent);

export async function readRequest(folder: string): Promise<LaunchRequest | undefined> {
  const text = await readFile(`${folder}/request`, "utf8").catch(absent);
  return text === undefined ? undefined : (JSON.parse(text) as LaunchRequest);
}
/** The processes of a task: its children have the mark from it. What cannot be read has gone, or is another user's. */
export async function bearers(folder: string): Promise<readonly string[]> {
  const found = (await readdir("/proc")).map(async (name) => {
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    return environment.split("\0").includes(`LONGSHORE_TASK=${folder}`) ? [name] : [];
  });
  return (await Promise.all(found)).flat();
}
/** With its keeper, which is the one that was launched for it: numbers of processes come again. Or what that one left. */
export async function isRunning(folder: string): Promise<boolean> {
  const [exit, claim] = await Promise.all([word(`${folder}/exit`), word(`${folder}/claim`)]);
  if (exit !== undefined || claim === undefined) return false;
  const keeper = await readFile(`/proc/${claim}/cmdline`, "utf8").catch(absent);
  return keeper?.split("\0").includes(folder) || (await bearers(folder)).length > 0;
}
async function stateOf(folder: string): Promise<TaskState> {
  const running = await isRunning(folder);
  const [startedAt, endedAt] = [await since(`${folder}/claim`), await since(`${folder}/exit`)];
  if (startedAt === undefined) return { phase: "pending", reason: "nobody has launched it yet" };
  const names = ["claim", "exit", "intent", "missing"];
  const [claim, code, intent, missing] = await Promise.all(names.map((name) => word(`${folder}/${name}`)));
  const begun = claim === "0" || missing !== undefined ? {} : { startedAt };
  if (code === undefined && running) return { phase: intent === undefined ? "running" : "stopping", ...begun };
  return decideEnding({
    ...begun,
    finishedAt: endedAt ?? startedAt,
    ...(intent !== undefined && { intent: intent as StopIntent }),
    ...(code !== undefined && { exit: { code: Number(code), evidence: `the shell says ${code}` } }),
    ...(missing !== undefined && { failure: diagnose("command-not-found", missing) }),
  });
}
export async function lookAtTask(folder: string, id: WorkloadId): Promise<Task | Absent> {
  const [request, createdAt] = [await readRequest(folder), await since(`${folder}/request`)];
  if (request === undefined || createdAt === undefined) return { kind: "absent", id };
  const { specHash, spec } = request;
  return { kind: "task", id, nativeId: folder, specHash, labels: spec.labels ?? {}, createdAt, state: await stateOf(folder) };
}
