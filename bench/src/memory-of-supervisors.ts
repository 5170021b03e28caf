import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const read = <T>(what: () => T, otherwise: T): T => {
  try {
    return what();
  } catch {
    return otherwise;
  }
};
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly related: boolean;
}
function processesOf(folder: string): readonly Process[] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.map((number) => {
    const [, name = "", rest = ""] = /\((.*)\) (.*)$/.exec(read(() => readFileSync(`/proc/${number}/stat`, "utf8"), "")) ?? [];
    const texts = ["cmdline", "environ"].map((file) => read(() => readFileSync(`/proc/${number}/${file}`, "utf8"), ""));
    const where = read(() => readlinkSync(`/proc/${number}/cwd`), "");
    const related = [...texts, where].some((text) => text.includes(folder));
    return { pid: Number(number), parent: Number(rest.split(" ")[1] ?? 0), name, related };
  });
}

/**
 * In MiB, of every process that has to do with the folder, and of whatever is the parent of one, but not of the programs
 * themselves, nor of this process and the system's first.
 */
export async function memoryOfSupervisors(folder: string, program: string): Promise<number> {
  const all = processesOf(folder);
  const related = all.filter((one) => one.related);
  const parents = new Set(related.map(({ parent }) => parent));
  const keepers = all.filter(
    ({ pid, name, related: ours }) => (ours || parents.has(pid)) && name !== program && pid !== process.pid && pid !== 1,
  );
  const kilobytes = keepers.map(({ pid }) => {
    const rollup = read(() => readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "");
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}
