import { closeSync } from "node:fs";
import { Socket } from "node:net";
import type { Stream } from "@longshore/core";
import type { Pipe, PipePool } from "./pipe-pool.ts";

export interface OutputPipe {
  readonly stream: Stream;
  readonly reader: Socket;
}
/** What a program reads and writes, our ends and its own. */
export class ProgramPipes implements Disposable {
  readonly outputs: readonly OutputPipe[];
  /** What it reads, where it reads anything. */
  readonly input: Socket | undefined;
  /** The program's ends, as `spawn` takes them. */
  readonly stdio: readonly ["ignore" | number, number, number];
  #theirs: readonly number[];

  private constructor(stdout: Pipe, stderr: Pipe, stdin: Pipe | undefined) {
    this.outputs = [reading("stdout", stdout), reading("stderr", stderr)];
    this.input = stdin && new Socket({ fd: stdin.writeEnd, readable: false, writable: true });
    this.input?.on("error", () => {}); // nobody reads any more
    this.stdio = [stdin?.readEnd ?? "ignore", stdout.writeEnd, stderr.writeEnd];
    this.#theirs = [stdout.writeEnd, stderr.writeEnd, ...(stdin === undefined ? [] : [stdin.readEnd])];
  }
  static async open(pool: PipePool, withInput: boolean): Promise<ProgramPipes> {
    const taken: Pipe[] = [];
    try {
      const ends = ["writeEnd", "writeEnd", ...(withInput ? (["readEnd"] as const) : [])] as const;
      for (const end of ends) taken.push(await pool.take(end));
      const [stdout, stderr, stdin] = taken as [Pipe, Pipe, Pipe?];
      return new ProgramPipes(stdout, stderr, stdin);
    } catch (error) {
      for (const { readEnd, writeEnd } of taken) [readEnd, writeEnd].forEach((end) => closeSync(end));
      throw error;
    }
  }
  /** Once the program has its own copies, so that the pipes end when the last of its processes has closed them. */
  closeTheirs(): void {
    for (const end of this.#theirs) closeSync(end);
    this.#theirs = [];
  }
  [Symbol.dispose](): void {
    this.closeTheirs();
    this.input?.destroy();
    for (const { reader } of this.outputs) reader.destroy();
  }
}

const reading = (stream: Stream, { readEnd }: Pipe): OutputPipe => ({
  stream,
  reader: new Socket({ fd: readEnd, readable: true, writable: false }),
});
