import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Dictionary, Ending, Instant, TaskState } from "@longshore/core";
import { decideEnding, diagnose } from "@longshore/core/driver";
import type { Attachable, Means } from "./keeper.ts";
import { LogWriter } from "./log-writer.ts";
import { exitOf } from "./map-process-state.ts";
import { probeReadiness } from "./probe-readiness.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { programEnvironment } from "./program-environment.ts";
import { ProgramPipes } from "./program-pipes.ts";
import { type ProgramEnd, ProgramRun } from "./program-run.ts";
import { type InstanceRecord, instanceLog, instanceMarker, instanceWork, type Revision, serviceFiles } from "./service-record.ts";
import type { ServiceRecord } from "./service-record.ts";
import { killSurvivors } from "./signal-survivors.ts";
import type { ProgramOrder } from "./start-program.ts";
import type { SecretValues, Surroundings } from "./supervisor-messages.ts";
import type { Failure } from "./task-record.ts";

/** As Docker restarts containers: from 100 ms, doubled to a minute, from the beginning after 10 s of running (docs.docker.com, restart policies). */
const firstPauseMs = 100;
const longestPauseMs = 60_000;
const wellAfterMs = 10_000;
/** While a disk is full, or no more files can be open: often enough for people who make room. */
const prepareAgainMs = 1_000;
/** What an earlier supervisor left is killed within milliseconds; what is not hangs in the kernel. */
const longestKillMs = 5_000;

export interface InstanceParts {
  readonly name: string;
  readonly folder: string;
  readonly service: ServiceRecord;
  readonly revision: Revision;
  readonly means: Means;
  /** Something of it is different. */
  readonly tell: () => void;
  /** What an earlier supervisor knew of it. */
  readonly before?: InstanceRecord;
}
export interface Leave {
  readonly drainMs: number;
  readonly graceMs: number;
}

/** One program of a service, started again whenever it ends, until it is told to leave. */
export class ServiceInstance {
  readonly parts: InstanceParts;
  readonly bornAt: number = performance.now();
  /** It has left, and all that it wrote is on the disk. */
  readonly over: Promise<void>;
  readonly #leaving = new AbortController();
  #phase: TaskState["phase"] = "pending";
  #ready = false;
  #restarts: number;
  #lastEnding: Ending | undefined;
  #ports: Dictionary<number>;
  #program: ProcessIdentity | undefined;
  #run: ProgramRun | undefined;
  #surroundings: Surroundings | undefined;
  #endGraceMs: number | undefined;
  #forced = false;
  #gone = false;

  constructor(parts: InstanceParts) {
    this.parts = parts;
    const { before } = parts;
    this.#ports = before?.ports ?? {};
    this.#restarts = before?.restarts ?? 0;
    this.#lastEnding = before?.lastEnding;
    if (before?.phase === "exited") this.#phase = "exited";
    this.#gone = this.#phase === "exited";
    this.over = this.#gone ? Promise.resolve() : this.#live();
  }
  get ready(): boolean {
    return this.#ready && !this.leaving;
  }
  get leaving(): boolean {
    return this.#leaving.signal.aborted;
  }
  /** Nothing of it runs, and nothing will. */
  get gone(): boolean {
    return this.#gone;
  }
  /** Why it is not ready, as far as anybody can tell. */
  get trouble(): string {
    const ended = this.#lastEnding;
    if (ended === undefined || ended.outcome === "succeeded") return ended === undefined ? "it runs" : "it ended with code 0";
    return ended.diagnosis.message;
  }
  get record(): InstanceRecord {
    const { name, revision } = this.parts;
    return {
      name,
      specHash: revision.specHash,
      generation: revision.generation,
      phase: this.leaving && this.#phase === "running" ? "stopping" : this.#phase,
      ready: this.ready,
      restarts: this.#restarts,
      ports: this.#ports,
      ...(this.#program !== undefined && { program: this.#program }),
      ...(this.leaving && { leaving: true }),
      ...(this.#forced && { forced: true }),
      ...(this.#lastEnding !== undefined && { lastEnding: this.#lastEnding }),
    };
  }
  get surroundings(): Surroundings | undefined {
    return this.#run === undefined || this.#run.ended ? undefined : this.#surroundings;
  }
  get attachable(): Attachable | undefined {
    const run = this.#run;
    if (run === undefined || run.ended) return undefined;
    return { input: run.input, listen: (listener) => run.listen(listener), silent: run.cleared };
  }
  /** Out of the endpoints at once, then asked to end, then killed. Again with less patience: the least counts. */
  async leave({ drainMs, graceMs }: Leave): Promise<void> {
    this.#leaving.abort();
    this.parts.tell();
    if (this.#run !== undefined && drainMs > 0) {
      const ended = new AbortController();
      void this.over.finally(() => ended.abort());
      await pause(drainMs, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    }
    this.#endGraceMs = Math.min(graceMs, this.#endGraceMs ?? graceMs);
    await this.#run?.end(this.#endGraceMs);
    await this.over;
  }
  async #live(): Promise<void> {
    const log = await this.#prepare();
    for (let pauseMs = firstPauseMs; !this.leaving && log !== undefined; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const begun = performance.now();
      this.#lastEnding = await this.#runOnce(log).catch((error: unknown) => this.#failed(platformFault(error)));
      if (!this.leaving && !this.#wantsAgain()) break;
      if (performance.now() - begun > wellAfterMs) pauseMs = firstPauseMs;
      await this.#rest(pauseMs);
      if (!this.leaving) this.#restarts++;
    }
    await log?.close().catch((error: unknown) => console.error(error));
    this.parts.means.ports.giveBack(this.#ports);
    this.#phase = "exited";
    this.#gone = true;
    this.parts.tell();
  }
  async #rest(ms: number): Promise<void> {
    this.#phase = "pending";
    this.parts.tell();
    await pause(ms, undefined, { signal: this.#leaving.signal, ref: false }).catch(() => {});
  }
  /** Where this machine has no room for its log now, over and over; undefined where it leaves meanwhile. */
  async #prepare(): Promise<LogWriter | undefined> {
    for (;;) {
      try {
        return await this.#openLog();
      } catch (error) {
        this.#lastEnding = this.#failed(platformFault(error));
        if (this.leaving) return undefined;
        await this.#rest(prepareAgainMs);
      }
    }
  }
  /** What an earlier supervisor left running is ended first: nobody can read any more what it writes. */
  async #openLog(): Promise<LogWriter> {
    const { folder, name, service, means, before } = this.parts;
    const path = instanceLog(folder, name);
    mkdirSync(instanceWork(folder, name), { recursive: true, mode: 0o700 });
    if (before === undefined) return LogWriter.open(path, means.clock);
    const program = before.program === undefined ? {} : { program: before.program };
    await killSurvivors({ marker: instanceMarker(service, name), ...program }, longestKillMs);
    const log = await LogWriter.reopen(path, means.clock);
    if (before.phase === "running" || before.phase === "stopping") {
      log.gap("its supervisor died; what the program wrote since is missing");
      this.#lastEnding = this.#failed({ code: "platform-fault", detail: "its supervisor died" });
      this.#restarts++;
    }
    return log;
  }
  /** Others for each run: those of the last one may be taken by now, or not be free yet (tcp(7), TIME_WAIT). */
  async #takePorts(): Promise<void> {
    const { means, revision } = this.parts;
    means.ports.giveBack(this.#ports);
    this.#ports = {};
    this.#ports = await means.ports.take(revision.request.ports ?? []);
  }
  #wantsAgain(): boolean {
    const { restart } = this.parts.revision.request.service ?? {};
    return restart !== "on-failure" || this.#lastEnding?.outcome !== "succeeded";
  }
  /** Throws where this machine has not what a start needs, and then it is tried again as after any other end. */
  async #runOnce(log: LogWriter): Promise<Ending> {
    const { means, service, name, revision, tell } = this.parts;
    await this.#takePorts();
    const order = this.#order();
    const pipes = await ProgramPipes.open(means.pipes, revision.request.stdin === true);
    const run = new ProgramRun({ marker: instanceMarker(service, name), pipes, log });
    const program = await run.start(order);
    if ("code" in program) return this.#failed(program);
    const startedAt = means.clock.now();
    this.#run = run;
    this.#program = program;
    this.#phase = "running";
    const over = new AbortController();
    this.#watchReadiness(over.signal);
    tell();
    if (this.#endGraceMs !== undefined) void run.end(this.#endGraceMs);
    const end = await run.exit();
    over.abort();
    this.#ready = false;
    this.#forced ||= end.forced;
    tell();
    await run.clear();
    this.#program = undefined;
    return this.#exited(end, startedAt);
  }
  #watchReadiness(signal: AbortSignal): void {
    const { readiness } = this.parts.revision.request.service ?? {};
    if (readiness === undefined) return void (this.#ready = true);
    const port = this.#ports[readiness.port] ?? readiness.port;
    void probeReadiness({ readiness, port, signal }, (ready) => {
      this.#ready = ready;
      this.parts.tell();
    });
  }
  #order(): ProgramOrder {
    const { folder, service, name, revision } = this.parts;
    const [{ request }, ports] = [revision, this.#ports];
    const home = instanceWork(folder, name);
    const secrets = join(folder, serviceFiles.secrets, revision.secrets ?? "");
    const values = secretValues(secrets, revision);
    const env = programEnvironment({ home, secrets, request, marker: instanceMarker(service, name), values, ports });
    const workingDirectory = request.workingDirectory ?? home;
    this.#surroundings = { instance: name, workingDirectory, env };
    return { argv: request.argv, workingDirectory, env };
  }
  #failed({ code, detail }: Failure): Ending {
    return decideEnding({ finishedAt: this.parts.means.clock.now(), failure: diagnose(code, detail) });
  }
  #exited({ code, signal }: ProgramEnd, startedAt: Instant): Ending {
    const exit = exitOf({ ...(code !== null && { code }), ...(signal !== null && { signal }) });
    const finishedAt = this.parts.means.clock.now();
    return decideEnding({ startedAt, finishedAt, exit, ...(this.leaving && { intent: "stopped" }) });
  }
}

const platformFault = (error: unknown): Failure => ({
  code: "platform-fault",
  detail: `its supervisor failed: ${String(error)}`,
});

/** Of the variables; the program itself reads the others. */
function secretValues(folder: string, { request }: Revision): SecretValues {
  const variables = Object.entries(request.secrets).filter(([, { as }]) => as === "env");
  return Object.fromEntries(variables.map(([name]) => [name, readFileSync(join(folder, name), "utf8")]));
}
