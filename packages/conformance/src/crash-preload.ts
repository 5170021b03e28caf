import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Callable = (...parameters: unknown[]) => unknown;

/** The real one, which is no step. */
const kill = process.kill.bind(process);

/** A step is a call that changes the file system, starts a process or signals one; it has a boundary on either side. */
class CountingFilesystem {
  boundaries = 0;
  #armed = false;
  #killAt: number | undefined;

  /** From here on steps count. */
  arm(killAt: number | undefined): void {
    this.#armed = true;
    this.#killAt = killAt;
  }
  pass(): void {
    if (this.#armed && this.boundaries++ === this.#killAt) kill(process.pid, "SIGKILL");
  }
}
export const countingFilesystem: CountingFilesystem = new CountingFilesystem();

const steps = [
  "appendFile",
  "chmod",
  "copyFile",
  "cp",
  "link",
  "mkdir",
  "mkdtemp",
  "rename",
  "rm",
  "rmdir",
  "symlink",
  "unlink",
  "writeFile",
];
const changes = /[wax+]/;

/** Opening a file to read it is no step. */
const isStep = (name: string, parameters: readonly unknown[]): boolean => {
  if (name === "open" || name === "openSync") return changes.test(JSON.stringify(parameters[1] ?? "r"));
  if (name === "kill") return parameters[1] !== 0;
  return true;
};

function wrap(holder: object, name: string): void {
  const members = holder as Record<string, Callable | undefined>;
  const original = members[name];
  if (original === undefined) return;
  members[name] = function (this: unknown, ...parameters: unknown[]): unknown {
    if (!isStep(name, parameters)) return original.apply(this, parameters);
    countingFilesystem.pass();
    const answer = original.apply(this, parameters);
    if (!(answer instanceof Promise)) {
      countingFilesystem.pass();
      return answer;
    }
    return answer.then((value: unknown) => {
      countingFilesystem.pass();
      return value;
    });
  };
}

/** Every way to these functions: `import` of any kind, and `require`. Called where this is preloaded. */
export function countSteps(): void {
  for (const name of [...steps, "open"]) {
    wrap(fs.promises, name);
    wrap(fs, `${name}Sync`);
  }
  for (const name of ["spawn", "spawnSync", "fork", "execFile", "exec"]) wrap(childProcess, name);
  wrap(process, "kill");
  syncBuiltinESMExports();
}
