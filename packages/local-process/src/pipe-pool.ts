import { execFile } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeFile } from "./remove-file.ts";

/** Both ends of a pipe, as numbers of open files. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}
/** Making one FIFO takes a process, and so does making many. */
const batch = 32;
const fewLeft = 8;

/**
 * Pipes of the kernel's own kind, as in a container. What Node makes for a child are sockets, and a script that writes to
 * `/dev/stderr` fails on those (open(2), ENXIO). Node cannot make a pipe, so they are FIFOs that lose their names when they
 * are opened; made in advance, many at a time.
 */
export class PipePool {
  readonly #folder: string;
  readonly #spare: string[] = [];
  #made = 0;
  #filling: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#fill().catch(() => {}); // tried again by whoever takes one
  }
  /** `programs`: the end that the program gets. Throws as open(2) does, where no more files can be open for one. */
  async take(programs: keyof Pipe): Promise<Pipe> {
    let path = this.#spare.pop();
    while (path === undefined) {
      await this.#fill();
      path = this.#spare.pop();
    }
    if (this.#spare.length < fewLeft) this.#fill().catch(() => {});
    try {
      return openBoth(path, programs);
    } finally {
      removeFile(path);
    }
  }
  #fill(): Promise<void> {
    this.#filling ??= this.#make().finally(() => (this.#filling = undefined));
    return this.#filling;
  }
  async #make(): Promise<void> {
    const paths = Array.from({ length: batch }, () => join(this.#folder, String(this.#made++)));
    await promisify(execFile)("mkfifo", ["-m", "600", ...paths], { env: { PATH: "/usr/bin:/bin" } });
    this.#spare.push(...paths);
  }
}

/**
 * The reading end first, without waiting for a writer: a FIFO's writer would wait for it (fifo(7)). A program's own end must
 * not be of that kind, which few programs expect, so it is opened once more.
 */
function openBoth(path: string, programs: keyof Pipe): Pipe {
  const open: number[] = [];
  const opened = (flags: number): number => {
    const file = openSync(path, flags);
    open.push(file);
    return file;
  };
  try {
    const readEnd = opened(constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = opened(constants.O_WRONLY);
    if (programs === "writeEnd") return { readEnd, writeEnd };
    const blocking = opened(constants.O_RDONLY);
    closeSync(readEnd);
    return { readEnd: blocking, writeEnd };
  } catch (error) {
    for (const file of open) closeSync(file);
    throw error;
  }
}
