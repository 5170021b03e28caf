import { lstat, readFile, readlink } from "node:fs/promises";
import { type Absent, diagnose, type Instant, instant, type Task, type TaskState, type WorkloadId } from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import type { LaunchRequest } from "./to-launch-request.ts";

/** What a file system answers where there is nothing, or not any more. Every other error is one. */
export const absent = (error: unknown): undefined => {
  if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
};
/** The word that a link says: such a link is made at once and only once. */
export const word = (link: string): Promise<string | undefined> => readlink(link).catch(absent);
/** Since when it is there. */
export const since = (file: string): Promise<Instant | undefined> => lstat(file).then(({ mtimeMs }) => instant(mtimeMs), absent);

export async function readRequest(folder: string): Promise<LaunchRequest | undefined> {
  const text = await readFile(`${folder}/request`, "utf8").catch(absent);
  return text === undefined ? undefined : (JSON.parse(text) as LaunchRequest);
}
/** Its keeper is there, and is the one that was launched for it: numbers of processes come again. */
export async function isKept(folder: string): Promise<boolean> {
  const line = await readFile(`/proc/${(await word(`${folder}/claim`)) ?? 0}/cmdline`, "utf8").catch(absent);
  return line?.includes(`\0${folder}\0`) ?? false;
}
async function stateOf(folder: string): Promise<TaskState> {
  const kept = await isKept(folder);
  const claimedAt = await since(`${folder}/claim`);
  if (claimedAt === undefined) return { phase: "pending", reason: "nobody has launched it yet" };
  const names = ["claim", "exit", "intent", "missing"];
  const [claim, code, intent, missing] = await Promise.all(names.map((name) => word(`${folder}/${name}`)));
  const begun = claim === "0" || missing !== undefined ? {} : { startedAt: claimedAt };
  if (code === undefined && kept) return { phase: intent === undefined ? "running" : "stopping", ...begun };
  return decideEnding({
    ...begun,
    finishedAt: (await since(`${folder}/exit`)) ?? claimedAt,
    ...(intent !== undefined && { intent: intent as StopIntent }),
    ...(code !== undefined && { exit: { code: Number(code), evidence: `unshare exited with ${code}` } }),
    ...(missing !== undefined && { failure: diagnose("command-not-found", missing) }),
  });
}
export async function lookAtTask(folder: string, id: WorkloadId): Promise<Task | Absent> {
  const [request, createdAt] = await Promise.all([readRequest(folder), since(`${folder}/request`)]);
  if (request === undefined || createdAt === undefined) return { kind: "absent", id };
  const { specHash, spec } = request;
  const task = { kind: "task", id, nativeId: folder, specHash, labels: spec.labels ?? {}, createdAt } as const;
  return { ...task, state: await stateOf(folder) };
}
