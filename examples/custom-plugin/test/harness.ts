import { readdirSync, readFileSync, rmSync } from "node:fs";
import { filesystemAbilities, type Harness, shellProgram } from "@longshore/conformance";
import { openRuntime } from "@longshore/core";
import { runtime as plugin } from "longshore-unshare";

const read = <T>(what: () => T, otherwise: T): T => {
  try {
    return what();
  } catch {
    return otherwise;
  }
};
/** By what stands in their environment, which their children have from them. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync("/proc").filter(
    (name) =>
      /^\d+$/.test(name) && read(() => readFileSync(`/proc/${name}/environ`, "utf8"), "").includes(`LONGSHORE_TASK=${folder}`),
  );

/** Tasks in one folder, seen without the driver. */
export function unshareHarness(folder: string): Harness {
  const runs = `${folder}.runs`;
  const note = `echo "\${LONGSHORE_TASK#${folder}/}" >>${runs}`;
  return {
    name: "unshare",
    traits: plugin.traits,
    open: ({ owner, store }) =>
      openRuntime(plugin.with({ folder }), { owner, pollMs: 50, ...(store !== undefined && { store }) }),
    program: (steps) => ({ command: ["sh", "-c", `${note}\n${shellProgram(steps)}`] }),
    natives: async (owner) => [
      ...read(() => readdirSync(`${folder}/${owner}`), []),
      ...processesOf(`${folder}/${owner}/`).map((pid) => `process ${pid}`),
    ],
    alive: async (owner, id) => processesOf(`${folder}/${owner}/${id}\0`),
    runs: async (owner, id) =>
      read(() => readFileSync(runs, "utf8"), "")
        .split("\n")
        .filter((line) => line === `${owner}/${id}`).length,
    async wipe(owner) {
      for (const pid of processesOf(`${folder}/${owner}/`)) read(() => process.kill(Number(pid), "SIGKILL"), true);
      rmSync(`${folder}/${owner}`, { recursive: true, force: true, maxRetries: 10 });
    },
    bad: { command: { command: ["no-such-program"] }, config: { image: "busybox:1.35", command: ["true"] } },
    // A shell tells of 137 alone whether it was an exit or a signal.
    tells: { signals: false, streams: true },
    ...filesystemAbilities({ plugin: { module: import.meta.resolve("longshore-unshare") }, config: { folder } }),
  };
}
