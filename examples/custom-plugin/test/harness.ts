import { readdirSync, readFileSync, rmSync } from "node:fs";
import { filesystemAbilities, type Harness, shellProgram } from "@longshore/conformance";
import { openRuntime } from "@longshore/core";
import { runtime as plugin } from "longshore-shell";

const read = <T>(what: () => T, otherwise: T): T => {
  try {
    return what();
  } catch {
    return otherwise;
  }
};
/** By what stands in their environment, which their children have from them: of the program, and of its time limit. */
const processesOf = (folder: string, mark = "LONGSHORE_T"): readonly string[] =>
  readdirSync("/proc").filter((name) =>
    read(() => readFileSync(`/proc/${name}/environ`, "utf8"), "")
      .split("\0")
      .some((variable) => variable.startsWith(mark) && `${variable}\0`.includes(`=${folder}`)),
  );

/** Tasks in one folder, seen without the driver. */
export function shellHarness(folder: string): Harness {
  const runs = `${folder}.runs`;
  const note = `echo "\${LONGSHORE_TASK#${folder}/}" >>${runs}`;
  return {
    name: "shell",
    traits: plugin.traits,
    open: ({ owner, store }) =>
      openRuntime(plugin.with({ folder }), { owner, pollMs: 50, ...(store !== undefined && { store }) }),
    program: (steps) => ({ command: ["sh", "-c", `${note}\n${shellProgram(steps)}`] }),
    natives: async (owner) => [
      ...read(() => readdirSync(`${folder}/${owner}`), []),
      ...processesOf(`${folder}/${owner}/`).map((pid) => `process ${pid}`),
    ],
    alive: async (owner, id) => processesOf(`${folder}/${owner}/${id}\0`, "LONGSHORE_TASK"),
    runs: async (owner, id) =>
      read(() => readFileSync(runs, "utf8"), "")
        .split("\n")
        .filter((line) => line === `${owner}/${id}`).length,
    async wipe(owner) {
      for (const pid of processesOf(`${folder}/${owner}/`)) read(() => process.kill(Number(pid), "SIGKILL"), true);
      rmSync(`${folder}/${owner}`, { recursive: true, force: true, maxRetries: 10 });
    },
    bad: { command: { command: ["no-such-program"] }, config: { image: "busybox:1.35", command: ["true"] } },
    // A shell says 137 of an exit and of a signal alike; both streams go into one file.
    tells: { signals: false, streams: false },
    ...filesystemAbilities({ plugin: { module: import.meta.resolve("longshore-shell") }, config: { folder } }),
  };
}
