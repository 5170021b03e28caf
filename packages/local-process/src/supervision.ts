import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { announceChange } from "./announce-change.ts";
import { createOnce } from "./create-once.ts";
import type { Kin } from "./find-survivors.ts";
import { LogWriter } from "./log-writer.ts";
import { identify } from "./process-identity.ts";
import { recordOutput } from "./record-output.ts";
import { askToEnd, killSurvivors } from "./signal-survivors.ts";
import { sleepUntil } from "./sleep-until.ts";
import { type Program, type SecretValues, startProgram } from "./start-program.ts";
import { type ExitRecord, type IntentRecord, type StartedRecord, taskFiles, type TaskRecord } from "./task-record.ts";
import type { WallClock } from "./wall-clock.ts";

/** Whoever recorded an intent wakes us with a signal; where it died before that, it is found this late. */
const lookForIntentMs = 1_000;
/** For whoever threw away its marker and holds a pipe still: what the program itself wrote is read long before. */
const longestDrainMs = 2_000;
/** A process that does not end within this after SIGKILL hangs in the kernel; nobody can wait for it. */
const longestKillMs = 5_000;

/** One run of a program: its start, its output, its time limit, whoever wants it stopped, and its end. */
export class Supervision {
  readonly #folder: string;
  readonly #task: TaskRecord;
  readonly #clock: WallClock;
  readonly #over = new AbortController();
  #kin: Kin;
  #ending = false;
  #forced = false;

  constructor(folder: string, task: TaskRecord, clock: WallClock) {
    this.#folder = folder;
    this.#task = task;
    this.#clock = clock;
    this.#kin = { marker: task.marker };
  }
  async run(values: SecretValues): Promise<ExitRecord> {
    const refused = this.#unstartable();
    if (refused !== undefined) return refused;
    const log = await LogWriter.open(join(this.#folder, taskFiles.log), this.#clock);
    const program = await startProgram(this.#folder, this.#task, values);
    if ("code" in program) return { finishedAt: this.#clock.now(), failure: program };
    const exited = once(program.child, "exit") as Promise<[code: number | null, signal: string | null]>;
    const outputs = program.pipes.map((pipe) => recordOutput(pipe, log));
    this.#noteStart(program);
    void this.#limitTime();
    void this.#heedIntents();
    const [code, signal] = await exited;
    const end = this.#endOf(code, signal);
    this.#over.abort();
    await this.#clearUp();
    await this.#drain(program, outputs);
    await log.close();
    return end;
  }
  /** Whatever went wrong here, nothing may run on that nobody watches. */
  async abandon(): Promise<void> {
    this.#over.abort();
    await this.#clearUp();
  }
  #unstartable(): ExitRecord | undefined {
    const intent = this.#intent();
    const finishedAt = this.#clock.now();
    if (intent !== undefined) return { finishedAt, intent: intent.intent };
    const { pendingTimeoutMs } = this.#task.request;
    if (pendingTimeoutMs === undefined || Date.now() < Date.parse(this.#task.createdAt) + pendingTimeoutMs) return undefined;
    return { finishedAt, failure: { code: "pending-limit", detail: `after ${pendingTimeoutMs} ms` } };
  }
  /** Before anything else can happen: a process that has ended keeps its number until we hear of it. */
  #noteStart({ pid }: Program): void {
    const program = identify(pid) ?? { pid, start: "ended at once" };
    this.#kin = { ...this.#kin, program };
    const started: StartedRecord = { program, at: this.#clock.now() };
    createOnce(join(this.#folder, taskFiles.started), started);
    announceChange(this.#folder);
  }
  async #limitTime(): Promise<void> {
    const { timeoutMs, graceMs } = this.#task.request;
    if (timeoutMs === undefined) return;
    await sleepUntil(Date.now() + timeoutMs, this.#over.signal);
    if (this.#over.signal.aborted) return;
    const mine: IntentRecord = { intent: "timed-out", graceMs };
    createOnce(join(this.#folder, taskFiles.intent), mine);
    await this.#endIt(graceMs);
  }
  async #heedIntents(): Promise<void> {
    const heed = (): void => {
      const intent = this.#intent();
      if (intent !== undefined) void this.#endIt(intent.graceMs);
    };
    process.on("SIGCONT", heed);
    const timer = setInterval(heed, lookForIntentMs);
    this.#over.signal.addEventListener("abort", () => clearInterval(timer));
    heed();
  }
  async #endIt(graceMs: number): Promise<void> {
    if (this.#ending || this.#over.signal.aborted) return;
    this.#ending = true;
    announceChange(this.#folder);
    askToEnd(this.#kin);
    await sleepUntil(Date.now() + graceMs, this.#over.signal);
    if (this.#over.signal.aborted) return;
    this.#forced = true;
    await killSurvivors(this.#kin, longestKillMs);
  }
  #endOf(code: number | null, signal: string | null): ExitRecord {
    const intent = this.#intent()?.intent;
    return {
      finishedAt: this.#clock.now(),
      ...(code !== null && { code }),
      ...(signal !== null && { signal }),
      ...(intent !== undefined && { intent }),
      ...(this.#forced && { forced: true }),
    };
  }
  /** As in a container, the program's end is the end of all that it started. */
  async #clearUp(): Promise<void> {
    this.#kin = { ...this.#kin, justEnded: true };
    await killSurvivors(this.#kin, longestKillMs);
  }
  async #drain({ pipes }: Program, outputs: readonly Promise<void>[]): Promise<void> {
    const all = Promise.all(outputs);
    await Promise.race([all, pause(longestDrainMs)]);
    for (const { reader } of pipes) reader.destroy();
    await all;
  }
  #intent(): IntentRecord | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, taskFiles.intent), "utf8")) as IntentRecord;
    } catch {
      return undefined;
    }
  }
}
