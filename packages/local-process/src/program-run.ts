import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Kin } from "./find-survivors.ts";
import type { LogWriter } from "./log-writer.ts";
import { identify, type ProcessIdentity } from "./process-identity.ts";
import type { ProgramPipes } from "./program-pipes.ts";
import { type Listener, recordOutput } from "./record-output.ts";
import { askToEnd, killSurvivors } from "./signal-survivors.ts";
import { sleepUntil } from "./sleep-until.ts";
import { type Program, type ProgramOrder, startProgram } from "./start-program.ts";
import type { Failure } from "./task-record.ts";

/** For whoever threw away its marker and holds a pipe still: what the program itself wrote is read long before. */
const longestDrainMs = 2_000;
/** A process that does not end within this after SIGKILL hangs in the kernel; nobody can wait for it. */
const longestKillMs = 5_000;
/** In which a machine cannot give out all its process numbers (32,768 and more; a start takes some 100 µs at the least). */
const youngMs = 1_000;

export interface RunParts {
  readonly marker: string;
  readonly pipes: ProgramPipes;
  readonly log: LogWriter;
}
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** It had to be killed after it was asked to end. */
  readonly forced: boolean;
}

/** One run of one program: its start, its output, whoever wants it ended, and its end with all that it started. */
export class ProgramRun {
  readonly #parts: RunParts;
  readonly #over = new AbortController();
  readonly #listeners = new Set<Listener>();
  #exited: Promise<[code: number | null, signal: string | null]> | undefined;
  #outputs: readonly Promise<void>[] = [];
  #kin: Kin;
  #startedAt = 0;
  #asked = false;
  #killAt = Infinity;
  #hurry: () => void = () => {};
  #forced = false;
  readonly #cleared = Promise.withResolvers<void>();

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#kin = { marker: parts.marker };
  }
  get input(): ProgramPipes["input"] {
    return this.#parts.pipes.input;
  }
  /** All that it wrote was heard. */
  get cleared(): Promise<void> {
    return this.#cleared.promise;
  }
  get ended(): boolean {
    return this.#over.signal.aborted;
  }
  /** Its identity, noted before anything else can happen: a process that has ended keeps its number until we hear of it. */
  async start(order: ProgramOrder): Promise<ProcessIdentity | Failure> {
    const { pipes, log } = this.#parts;
    const program: Program | Failure = await startProgram(order, pipes);
    if ("code" in program) {
      pipes[Symbol.dispose]();
      return program;
    }
    const identity = identify(program.pid) ?? { pid: program.pid, start: "ended at once" };
    this.#kin = { ...this.#kin, program: identity };
    this.#startedAt = performance.now();
    this.#exited = once(program.child, "exit") as Promise<[code: number | null, signal: string | null]>;
    const hear: Listener = (stream, bytes) => this.#listeners.forEach((listener) => listener(stream, bytes));
    this.#outputs = pipes.outputs.map((pipe) => recordOutput(pipe, log, hear));
    return identity;
  }
  /** Until its end, which is seen at once: what it started and what it wrote is seen to afterwards, by `clear`. */
  async exit(): Promise<ProgramEnd> {
    const [code, signal] = (await this.#exited) ?? [null, null];
    this.#over.abort();
    return { code, signal, forced: this.#forced };
  }
  /** As in a container, the program's end is the end of all that it started; and all that it wrote is handed to the log. */
  async clear(): Promise<void> {
    this.#over.abort();
    const young = performance.now() - this.#startedAt < youngMs;
    await killSurvivors({ ...this.#kin, justEnded: true, young }, longestKillMs);
    const all = Promise.all(this.#outputs);
    const late = new AbortController();
    await Promise.race([all, pause(longestDrainMs, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    this.#parts.pipes[Symbol.dispose]();
    await all;
    this.#cleared.resolve();
  }
  /** Politely, and after the grace by force. Again with less patience: the least counts. */
  async end(graceMs: number): Promise<void> {
    this.#killAt = Math.min(this.#killAt, Date.now() + graceMs);
    this.#hurry();
    if (this.#asked || this.ended) return;
    this.#asked = true;
    askToEnd(this.#kin);
    while (!this.ended && Date.now() < this.#killAt) {
      const woken = new AbortController();
      this.#hurry = () => woken.abort();
      await sleepUntil(this.#killAt, AbortSignal.any([woken.signal, this.#over.signal]));
    }
    if (this.ended) return;
    this.#forced = true;
    await killSurvivors(this.#kin, longestKillMs);
  }
  /** What it writes from now on. */
  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
