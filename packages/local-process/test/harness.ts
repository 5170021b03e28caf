import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Harness, type HarnessOpening, openOptions, shellProgram } from "@longshore/conformance";
import { openRuntime, type Owner, type Runtime, type WorkloadId } from "@longshore/core";
import { runtime as plugin } from "../src/index.ts";
import { isRunning } from "./scratch.ts";

interface Process {
  readonly pid: number;
  readonly what: string;
  readonly where: string;
}
const read = <T>(what: () => T, otherwise: T): T => {
  try {
    return what();
  } catch {
    return otherwise;
  }
};

/** By command line, working folder and environment: whoever has to do with a folder of tasks. */
function processesOf(folder: string): readonly Process[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!/^\d+$/.test(name) || pid === process.pid || !isRunning(pid)) return [];
    const command = read(() => readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "), "");
    const where = read(() => readlinkSync(`/proc/${name}/cwd`), "");
    const environment = read(() => readFileSync(`/proc/${name}/environ`, "utf8"), "");
    const related = [command, where, environment].some((text) => text.includes(`${folder}/`));
    return related ? [{ pid, where, what: `process ${name} ${command}` }] : [];
  });
}
/** One that is about to end shows no command line any more. */
const isSupervisor = (what: string, where: string): boolean =>
  what.includes("supervisor-program") || where.endsWith("/.supervisor");

/** By working folder alone. */
const processesIn = (folder: string): readonly { readonly pid: number }[] =>
  readdirSync("/proc").flatMap((name) => {
    const where = read(() => readlinkSync(`/proc/${name}/cwd`), "");
    return /^\d+$/.test(name) && (where === folder || where.startsWith(`${folder}/`)) ? [{ pid: Number(name) }] : [];
  });

/** Everything but the folders that are there for as long as the owner is: one tells of changes, one is the supervisor's. */
const filesOf = (folder: string): readonly string[] => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => ![".changes", ".supervisor"].includes(name)) : [];
  const notes = existsSync(join(folder, ".changes")) ? readdirSync(join(folder, ".changes")) : [];
  return [...names.map((name) => join(folder, name)), ...notes.map((name) => join(folder, ".changes", name))];
};

/** Open files below a folder, and the kernel's watches, of this process. */
function openHandles(folder: string): number {
  const open = readdirSync("/proc/self/fd").map((fd) => {
    const target = read(() => readlinkSync(`/proc/self/fd/${fd}`), "");
    if (target.startsWith(folder)) return 1;
    if (target !== "anon_inode:inotify") return 0;
    const watches = read(() => readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"), "");
    return watches.split("\n").filter((line) => line.startsWith("inotify")).length;
  });
  return open.reduce((sum, count) => sum + count, 0);
}

/** Each run of a program begins with a line in a file that is named after the owner and the id, and outlives both. */
function countRuns(folder: string): { readonly note: string; readonly runs: NonNullable<Harness["runs"]> } {
  mkdirSync(folder, { recursive: true });
  const note = `owner=\${PWD%/*/work}; id=\${PWD%/work}; echo run >> "${folder}/\${owner##*/}.\${id##*/}"`;
  const runs = async (owner: Owner, id: WorkloadId): Promise<number> =>
    read(() => readFileSync(join(folder, `${owner}.${id}`), "utf8"), "").split("\n").length - 1;
  return { note, runs };
}

/** Process lists with arguments, and every record of a task but the files that are for its program alone. */
function dump(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const open = files.filter(({ parentPath, name }) => !`${parentPath}/`.includes("/secrets/") && !name.startsWith("log"));
  const texts = open.map(({ parentPath, name }) => read(() => readFileSync(join(parentPath, name), "utf8"), ""));
  return [...texts, ...processesOf("/").map(({ what }) => what)].join("\n");
}

/** Tasks below one state folder, seen without the driver. */
export function localProcessHarness(stateDir: string): Harness {
  const folderOf = (owner: Owner): string => join(stateDir, owner);
  const { note, runs } = countRuns(join(stateDir, ".runs"));
  return {
    name: "local-process",
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> => openRuntime(plugin.with({ stateDir }), openOptions(opening)),
    program: (steps) => ({ command: ["sh", "-c", `${note}\n${shellProgram(steps)}`] }),
    runs,
    // The supervisor serves the owner, no single workload, and ends by itself some seconds after the last of them.
    natives: async (owner) => [
      ...filesOf(folderOf(owner)),
      ...processesOf(folderOf(owner)).flatMap(({ what, where }) => (isSupervisor(what, where) ? [] : [what])),
    ],
    alive: async (owner: Owner, id: WorkloadId) => processesOf(join(folderOf(owner), id)).map(({ what }) => what),
    async wipe(owner) {
      // Again, since whoever is killed may have started another meanwhile.
      for (let left = processesOf(folderOf(owner)); left.length > 0; left = processesOf(folderOf(owner))) {
        for (const { pid } of left) read(() => process.kill(pid, "SIGKILL"), true);
        await pause(10);
      }
      rmSync(folderOf(owner), { recursive: true, force: true, maxRetries: 10 });
    },
    services: {
      service: (steps) => ({ command: ["sh", "-c", shellProgram(steps)], ports: [{ port: 8080 }] }),
      async kill(owner, id, instance) {
        const work = join(folderOf(owner), id, `work-${instance}`);
        for (const { pid } of processesIn(work)) read(() => process.kill(pid, "SIGKILL"), true);
      },
    },
    sessions: ["exec", "terminal", "attach", "input", "stats"],
    copying: { spec: {}, path: "." },
    secrets: { dump: async (owner, id) => dump(join(folderOf(owner), id)) },
    bad: { command: { command: ["no-such-program"] }, config: { image: "busybox:1.35" } },
    tells: { signals: true, streams: true },
    openConnections: () => openHandles(stateDir),
  };
}
