import { randomUUID } from "node:crypto";
import { access, link, mkdir, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { defaultStopGraceMs, type FaultCode, LongshoreError, type Task, type WorkloadId } from "@longshore/core";
import type { RuntimeDriver } from "@longshore/core/driver";
import { launch, stopTask, until } from "./keep-task.ts";
import { readTaskLog } from "./read-task-log.ts";
import { absent, lookAtTask, readRequest, since } from "./task-folder.ts";
import { type LaunchRequest, toLaunchRequest } from "./to-launch-request.ts";

type Driver = RuntimeDriver<object, unknown, LaunchRequest>;
const fail = (code: FaultCode, said: string) => new LongshoreError(said, { code, operation: "task" });

/** Written whole or not at all, and whoever comes second finds the first one's; launched until somebody has claimed it. */
const start: Driver["start"] = async ({ spec: { id }, specHash }, { requests: [request] }, { signal }) => {
  const folder = request?.folder ?? "";
  const draft = `${folder}/${randomUUID()}`;
  await mkdir(folder, { recursive: true });
  await writeFile(draft, JSON.stringify(request));
  await link(draft, `${folder}/request`).catch(absent);
  await unlink(draft);
  for (;;) {
    const [seen, kept] = [await lookAtTask(folder, id), await readRequest(folder)];
    if (seen.kind === "absent" || kept === undefined) throw fail("unavailable", "it was removed while it was being started");
    // Another spec's task is not ours to launch: core tells the caller of the conflict.
    if (seen.state.phase !== "pending" || seen.specHash !== specHash) return seen;
    await launch(kept);
    await until(async () => (await since(`${folder}/claim`)) !== undefined, 1000, signal);
  }
};
const namesIn = (home: string): Promise<readonly string[]> => readdir(home).catch((error: unknown) => absent(error) ?? []);

/** Out of the way first: half a task under its own name would be one that may be started. */
const removing =
  (home: string): Driver["remove"] =>
  async (id, call) => {
    const folder = `${home}/${id}`;
    const { state } = await stopTask(folder, { intent: "stopped", graceMs: 0 }, call);
    if (state === "unconfirmed") throw fail("unavailable", "it was killed and is still there");
    await rename(folder, `${folder}.${randomUUID()}`).catch(absent);
    const left = (await namesIn(home)).filter((name) => name.startsWith(`${id}.`));
    for (const name of left) await rm(`${home}/${name}`, { recursive: true, force: true });
  };
const listing = (home: string): Driver["list"] =>
  async function* ({ labels = {}, kind }) {
    const wanted = (task: Task): boolean => Object.entries(labels).every(([key, value]) => task.labels[key] === value);
    for (const name of await namesIn(home)) {
      const [nativeId, id] = [`${home}/${name}`, name.split(".")[0] as WorkloadId];
      const [seen, createdAt] = [await lookAtTask(nativeId, id), await since(nativeId)];
      const isTask = seen.kind === "task" && name === id;
      if (isTask && kind !== "service" && wanted(seen)) yield seen;
      if (!isTask && createdAt !== undefined) yield { kind: "leftover", id, what: "folder", nativeId, createdAt };
    }
  };

/** One folder is one owner's. */
export const shellDriver = (home: string): Driver => ({
  capabilities: {},
  plan: (order) => toLaunchRequest(order, home),
  start,
  inspect: (ids) => Promise.all(ids.map((id) => lookAtTask(`${home}/${id}`, id))),
  async stop(id, { intent, graceMs }, call) {
    const request = await readRequest(`${home}/${id}`);
    return stopTask(`${home}/${id}`, { intent, graceMs: graceMs ?? request?.graceMs ?? defaultStopGraceMs }, call);
  },
  remove: removing(home),
  list: listing(home),
  async *logs(id, query, call) {
    if ((await since(`${home}/${id}/request`)) === undefined) throw fail("not-found", `${id}: no such task`);
    yield* readTaskLog(`${home}/${id}`, query, call);
  },
  ping: () => access("/proc/self/environ"),
  classify: (error) => ((error as NodeJS.ErrnoException).code === "EACCES" ? { code: "permission-denied" } : undefined),
  [Symbol.asyncDispose]: async () => {},
});
