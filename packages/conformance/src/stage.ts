import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Ending,
  type LogQuery,
  type LogRecord,
  type Owner,
  owner,
  type Runtime,
  type ServiceSpec,
  type TaskSpec,
  type WorkloadId,
  workloadId,
} from "@longshore/core";
import type { CrashJob, CrashOutcome, FaultPlan, FaultRoute, Harness, HarnessOpening, ServiceAbility } from "./harness.ts";
import type { Program } from "./program.ts";
import type { SeededChoice } from "./seeded-choice.ts";
import { eventually, soon } from "./soon.ts";
import type { Tally } from "./tally.ts";

export interface StageParts {
  readonly harness: Harness;
  readonly tally: Tally;
  readonly choice: SeededChoice;
  /** Every step boundary, not a sample of them. */
  readonly full: boolean;
  readonly print: (line: string) => void;
}
const defaultPatienceMs = 30_000;
/** Step boundaries of a verb that an ordinary run crashes at. */
const sampled = 6;

/** What one case works with. Its owners are its own, and whatever bears them goes with it. */
export class Stage implements AsyncDisposable {
  readonly harness: Harness;
  readonly owner: Owner;
  readonly choice: SeededChoice;
  readonly patienceMs: number;
  readonly #parts: StageParts;
  readonly #owners: Owner[] = [];
  readonly #runtimes: Runtime[] = [];
  readonly #routes: FaultRoute[] = [];
  readonly #folders: string[] = [];
  #ids = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
    this.harness = parts.harness;
    this.choice = parts.choice;
    this.patienceMs = parts.harness.patienceMs ?? defaultPatienceMs;
    this.owner = this.anotherOwner();
  }
  /**
   * By chance and not by seed: another run may go on at the same time, on the same backend. LONGSHORE_OWNERS says what all of a
   * run begin with, for whoever clears up after one that was cut short.
   */
  anotherOwner(): Owner {
    const made = owner(`${process.env["LONGSHORE_OWNERS"] ?? "c"}${randomBytes(6).toString("hex")}`);
    this.#owners.push(made);
    return made;
  }
  named(text: string): WorkloadId {
    return workloadId(text);
  }
  id(word = "task"): WorkloadId {
    return workloadId(`${word}-${++this.#ids}`);
  }
  task(steps: Program, more: Partial<TaskSpec> = {}): TaskSpec {
    return { kind: "task", id: this.id(), ...this.harness.program(steps), ...more };
  }
  /** One of the harness's own specs: nothing of a program is mixed in. */
  given(spec: Partial<TaskSpec> | undefined): TaskSpec {
    return { kind: "task", id: this.id(), ...spec };
  }
  /** Its instances leave their endpoints a moment before they go. */
  service(steps: Program, more: Partial<ServiceSpec> = {}): ServiceSpec {
    return { kind: "service", id: this.id("service"), drainMs: 300, stopGraceMs: 2000, ...this.services.service(steps), ...more };
  }
  get services(): ServiceAbility {
    const { services } = this.harness;
    if (services === undefined) throw new Error("the case did not say that it needs services");
    return services;
  }
  /** As another process would open it. */
  async open(opening: Partial<HarnessOpening> = {}): Promise<Runtime> {
    const runtime = await this.soon(this.harness.open({ owner: this.owner, ...opening }), "open");
    this.#runtimes.push(runtime);
    return runtime;
  }
  /** A figure for whoever reads the run. */
  print(line: string): void {
    this.#parts.print(`${this.harness.name}: ${line}`);
  }
  soon<T>(promise: Promise<T>, what: string): Promise<T> {
    return soon(promise, what, this.patienceMs);
  }
  /** In a runtime of its own, which is closed again. */
  async elsewhere<T>(work: (runtime: Runtime) => Promise<T>, opening: Partial<HarnessOpening> = {}): Promise<T> {
    const runtime = await this.open(opening);
    try {
      return await work(runtime);
    } finally {
      await runtime[Symbol.asyncDispose]();
    }
  }
  /** Starts it, waits for its end. */
  async ran(runtime: Runtime, spec: TaskSpec): Promise<Ending> {
    await this.soon(runtime.start(spec), `start ${spec.id}`);
    return this.wait(runtime, spec.id);
  }
  wait(runtime: Runtime, id: WorkloadId): Promise<Ending> {
    return this.soon(runtime.wait(id), `wait ${id}`);
  }
  logs(runtime: Runtime, id: WorkloadId, query: LogQuery = {}): Promise<readonly LogRecord[]> {
    return this.soon(Array.fromAsync(runtime.logs(id, query)), `logs ${id}`);
  }
  natives(of: Owner = this.owner): Promise<readonly string[]> {
    return this.harness.natives(of);
  }
  alive(id: WorkloadId): Promise<readonly string[]> {
    return this.harness.alive(this.owner, id);
  }
  /** As far as the backend counts them. */
  async begunOnce(id: WorkloadId, of: Owner = this.owner): Promise<void> {
    const runs = await this.harness.runs?.(of, id);
    if (runs !== undefined) assert.equal(runs, 1, `the program of ${id} was begun ${runs} times`);
  }
  eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    return eventually(holds, what, this.patienceMs);
  }
  /** A folder for a store, or whatever else a case needs. */
  async folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "conformance-"));
    this.#folders.push(made);
    return made;
  }
  async route(plan: FaultPlan): Promise<FaultRoute> {
    const { faults } = this.harness;
    if (faults === undefined) throw new Error("the case did not say that it needs faults");
    const route = await faults.route(plan);
    this.#routes.push(route);
    return route;
  }
  /** Requests that opening a runtime takes: a fault in a verb comes after them. */
  async requestsToOpen(): Promise<number> {
    const route = await this.route({ kind: "none" });
    return this.elsewhere(async () => route.requests(), { through: route.through });
  }
  /** Counted where the fault took place; told when the route has been used. */
  injected(kind: FaultPlan["kind"], route: FaultRoute): number {
    this.#parts.tally.faults(kind, route.injected());
    return route.injected();
  }
  crash(job: CrashJob): Promise<CrashOutcome> {
    const { crash } = this.harness;
    if (crash === undefined) throw new Error("the case did not say that it needs crash");
    return this.soon(crash.crash(job), `crash ${job.verb}`);
  }
  /** Crashes `verb` at its boundaries, evenly chosen where there are many, a few at a time; `then` looks at what came of it. */
  async atEachBoundary(jobs: BoundaryJobs): Promise<void> {
    const { boundaries } = await this.crash(await jobs.job(undefined));
    assert.ok(boundaries > 0, "the verb came by no step boundary: nothing of it was seen to leave the process");
    const count = this.#parts.full ? boundaries : Math.min(boundaries, sampled);
    const chosen = Array.from({ length: count }, (_, n) => Math.floor(((n + 0.5) * boundaries) / count));
    let hits = 0;
    const one = async (boundary: number): Promise<void> => {
      const job = await jobs.job(boundary);
      const { reached } = await this.crash(job);
      if (reached) hits++;
      if (reached)
        this.#parts.tally.boundary(job.store === undefined ? job.verb : `${job.verb} with a store`, boundary, boundaries);
      try {
        await jobs.then(job);
      } catch (error) {
        throw new Error(`${job.verb} killed at boundary ${boundary} of ${boundaries}: ${(error as Error).message}`, {
          cause: error,
        });
      }
      // What has been looked at would only take the machine's time from what is still to be.
      if (job.owner !== this.owner) await this.soon(this.harness.wipe(job.owner), "clearing up");
    };
    for (let next = 0; next < chosen.length; next += 3) await Promise.all(chosen.slice(next, next + 3).map(one));
    assert.ok(hits > 0, `none of ${chosen.length} step boundaries was reached`);
  }
  /** What cannot be closed keeps nothing else from being taken away. */
  async [Symbol.asyncDispose](): Promise<void> {
    const steps: readonly (() => Promise<void>)[] = [
      ...this.#runtimes.map((runtime) => () => runtime[Symbol.asyncDispose]()),
      ...this.#routes.map((route) => async () => route[Symbol.asyncDispose]()),
      ...this.#owners.map((made) => () => this.harness.wipe(made)),
      ...this.#folders.map((folder) => () => rm(folder, { recursive: true, force: true })),
    ];
    const failures: unknown[] = [];
    for (const step of steps) await this.soon(step(), "clearing up").catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
export interface BoundaryJobs {
  /** A job on a workload of its own, ready to be run. */
  job(boundary: number | undefined): Promise<CrashJob>;
  then(job: CrashJob): Promise<void>;
}
