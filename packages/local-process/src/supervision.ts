import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Dictionary } from "@longshore/core";
import { announceChange } from "./announce-change.ts";
import { createOnce } from "./create-once.ts";
import { forgetSecrets } from "./forget-secrets.ts";
import type { Attachable, Keeper, Means } from "./keeper.ts";
import { LogWriter } from "./log-writer.ts";
import { inFiles, programEnvironment, writeSecrets } from "./program-environment.ts";
import { ProgramPipes } from "./program-pipes.ts";
import { type ProgramEnd, ProgramRun } from "./program-run.ts";
import { isMissing, readRecord } from "./read-record.ts";
import { sleepUntil } from "./sleep-until.ts";
import type { SecretValues, Surroundings } from "./supervisor-messages.ts";
import { type ExitRecord, type IntentRecord, type StartedRecord, taskFiles, type TaskRecord } from "./task-record.ts";

/** While the end cannot be written down, on a full disk for one: often enough for people who make room. */
const writeAgainMs = 1_000;

interface Prepared {
  readonly pipes: ProgramPipes;
  readonly log: LogWriter;
  readonly ports: Dictionary<number>;
}

interface SupervisionParts {
  readonly folder: string;
  readonly task: TaskRecord;
  readonly means: Means;
  readonly prepared: Prepared;
  readonly values: SecretValues;
}

/**
 * The task of a folder, unless it was run or is being run by another: only whoever creates the claim goes on, and a claim is
 * never taken back. Over when nothing of the task runs any more and its end is written down.
 */
export class Supervision implements Keeper {
  readonly #folder: string;
  readonly #task: TaskRecord;
  readonly #means: Means;
  readonly #run: ProgramRun;
  readonly #prepared: Prepared;
  readonly #over = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  readonly over: Promise<void>;
  #surroundings: Surroundings | undefined;

  private constructor({ folder, task, means, prepared, values }: SupervisionParts) {
    this.#folder = folder;
    this.#task = task;
    this.#means = means;
    this.#prepared = prepared;
    this.#run = new ProgramRun({ marker: task.marker, ...prepared });
    this.over = this.#supervise(values);
  }
  /**
   * Undefined where it is not ours to run. Settles once the program has started or never will. Rejects, with nothing claimed,
   * where this machine has not what a start needs.
   */
  static async begin(folder: string, values: SecretValues, means: Means): Promise<Supervision | undefined> {
    const task = readRecord<TaskRecord>(join(folder, taskFiles.task));
    if (task === undefined || readRecord(join(folder, taskFiles.claim)) !== undefined) return undefined;
    const prepared = await prepare(folder, task, means);
    if (prepared === undefined) return undefined;
    if (!createOnce(join(folder, taskFiles.claim), means.me)) {
      means.ports.giveBack(prepared.ports);
      await discard(prepared);
      return undefined;
    }
    const begun = new Supervision({ folder, task, means, prepared, values });
    await begun.#started.promise;
    return begun;
  }
  look(): void {
    const intent = this.#intent();
    if (intent !== undefined) this.#end(intent.graceMs);
  }
  surroundings(): Surroundings | undefined {
    return this.#run.ended ? undefined : this.#surroundings;
  }
  attachable(): Attachable | undefined {
    if (this.#run.ended) return undefined;
    return { input: this.#run.input, listen: (listener) => this.#run.listen(listener), silent: this.over };
  }
  async #supervise(values: SecretValues): Promise<void> {
    const end = await this.#runToEnd(values);
    forgetSecrets(this.#folder);
    await this.#writeEnd(end);
    this.#means.ports.giveBack(this.#prepared.ports);
    announceChange(this.#folder);
    this.#started.resolve();
  }
  /** Whatever goes wrong here, nothing may run on that nobody watches. */
  async #runToEnd(values: SecretValues): Promise<ExitRecord> {
    const { log, pipes } = this.#prepared;
    try {
      const refused = this.#unstartable();
      if (refused === undefined) return await this.#runProgram(values);
      pipes[Symbol.dispose]();
      await log.close();
      return refused;
    } catch (error) {
      await this.#run.clear();
      const detail = `its supervisor failed: ${String(error)}`;
      return { finishedAt: this.#means.clock.now(), failure: { code: "platform-fault", detail } };
    } finally {
      this.#over.abort();
    }
  }
  async #runProgram(values: SecretValues): Promise<ExitRecord> {
    const { request, marker } = this.#task;
    const { ports, log } = this.#prepared;
    const [home, secrets] = [join(this.#folder, taskFiles.work), join(this.#folder, taskFiles.secrets)];
    writeSecrets(secrets, inFiles(request, values));
    const env = programEnvironment({ home, secrets, request, marker, values, ports });
    const workingDirectory = request.workingDirectory ?? home;
    this.#surroundings = { instance: this.#task.id, workingDirectory, env };
    const program = await this.#run.start({ argv: request.argv, workingDirectory, env });
    if ("code" in program) {
      await log.close();
      return { finishedAt: this.#means.clock.now(), failure: program };
    }
    const started: StartedRecord = { program, at: this.#means.clock.now(), ...(Object.keys(ports).length > 0 && { ports }) };
    createOnce(join(this.#folder, taskFiles.started), started, "quick");
    announceChange(this.#folder);
    this.#started.resolve();
    void this.#limitTime();
    this.look();
    const end = this.#endOf(await this.#run.exit());
    this.#over.abort();
    await this.#run.clear();
    await log.close();
    return end;
  }
  #unstartable(): ExitRecord | undefined {
    const intent = this.#intent();
    const finishedAt = this.#means.clock.now();
    if (intent !== undefined) return { finishedAt, intent: intent.intent };
    const { pendingTimeoutMs } = this.#task.request;
    if (pendingTimeoutMs === undefined || Date.now() < Date.parse(this.#task.createdAt) + pendingTimeoutMs) return undefined;
    return { finishedAt, failure: { code: "pending-limit", detail: `after ${pendingTimeoutMs} ms` } };
  }
  async #limitTime(): Promise<void> {
    const { timeoutMs, graceMs } = this.#task.request;
    if (timeoutMs === undefined) return;
    await sleepUntil(Date.now() + timeoutMs, this.#over.signal);
    if (this.#over.signal.aborted) return;
    const mine: IntentRecord = { intent: "timed-out", graceMs };
    createOnce(join(this.#folder, taskFiles.intent), mine);
    this.#end(graceMs);
  }
  #end(graceMs: number): void {
    if (this.#over.signal.aborted) return;
    announceChange(this.#folder);
    void this.#run.end(graceMs);
  }
  #endOf({ code, signal, forced }: ProgramEnd): ExitRecord {
    const intent = this.#intent()?.intent;
    return {
      finishedAt: this.#means.clock.now(),
      ...(code !== null && { code }),
      ...(signal !== null && { signal }),
      ...(intent !== undefined && { intent }),
      ...(forced && { forced }),
    };
  }
  async #writeEnd(end: ExitRecord): Promise<void> {
    for (;;) {
      try {
        return void createOnce(join(this.#folder, taskFiles.exit), end);
      } catch (error) {
        if (isMissing(error)) return; // the whole folder is gone
        await pause(writeAgainMs);
      }
    }
  }
  #intent(): IntentRecord | undefined {
    try {
      return readRecord<IntentRecord>(join(this.#folder, taskFiles.intent));
    } catch {
      return undefined;
    }
  }
}

/** Before the claim: a start for which there is no room leaves the task to whoever has some. Undefined where the folder went. */
async function prepare(folder: string, { request }: TaskRecord, means: Means): Promise<Prepared | undefined> {
  const pipes = await ProgramPipes.open(means.pipes, request.stdin === true);
  try {
    const ports = await means.ports.take(request.ports ?? []);
    return { pipes, ports, log: await LogWriter.open(join(folder, taskFiles.log), means.clock) };
  } catch (error) {
    pipes[Symbol.dispose]();
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function discard({ pipes, log }: Prepared): Promise<void> {
  pipes[Symbol.dispose]();
  await log.close();
}
