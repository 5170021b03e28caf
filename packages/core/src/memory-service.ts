import { setTimeout as timer } from "node:timers/promises";
import { decideEnding } from "./decide-ending.ts";
import { diagnose, type Diagnosis } from "./diagnosis.ts";
import { type Instant, instant } from "./instant.ts";
import type { MemoryServiceRequest } from "./memory-request.ts";
import { MemoryLog } from "./memory-log.ts";
import { MemoryProcess } from "./memory-process.ts";
import type { ResolvedSecret } from "./resolve-secrets.ts";
import type { Ending, Instance, Service } from "./workload.ts";

/** A backend of ours need not spare anybody: the first pause before an instance is started again, doubled up to a limit. */
const firstPauseMs = 10;
const longestPauseMs = 1_000;

/** Keeps nobody's process alive. */
const pause = (ms: number): Promise<void> => timer(ms, undefined, { ref: false });

class MemoryInstance {
  readonly name: string;
  readonly request: MemoryServiceRequest;
  process: MemoryProcess;
  restarts = 0;
  draining = false;
  lastEnding: Ending | undefined;
  startedAt: Instant = instant(Date.now());

  constructor(name: string, request: MemoryServiceRequest, process: (instance: MemoryInstance) => MemoryProcess) {
    this.name = name;
    this.request = request;
    this.process = process(this);
  }
  get runs(): boolean {
    return this.process.exit === undefined;
  }
  get ready(): boolean {
    const { readiness } = this.request;
    return this.runs && !this.draining && (readiness === undefined || this.process.serves(readiness.port));
  }
}

/** A service of the memory backend, which keeps its instances running, and replaces them one by one. */
export class MemoryService {
  readonly createdAt: Instant = instant(Date.now());
  readonly log: MemoryLog = new MemoryLog();
  instances: readonly MemoryInstance[] = [];
  stopped = false;
  /** Why the last update came to nothing. */
  failure: Diagnosis | undefined;
  #request: MemoryServiceRequest;
  #wanted: MemoryServiceRequest;
  #turns = 0;
  #made = 0;
  #gone = false;
  readonly #tell: () => void;

  /** Values, which no request shows. */
  #secrets: readonly ResolvedSecret[] = [];

  constructor(request: MemoryServiceRequest, tell: () => void) {
    this.#request = this.#wanted = request;
    this.#tell = tell;
  }
  get request(): MemoryServiceRequest {
    return this.#wanted;
  }
  get settled(): boolean {
    const { instances } = this;
    if (this.stopped) return instances.every(({ runs }) => !runs);
    return instances.length === this.#wanted.replicas && instances.every((one) => one.request === this.#wanted && one.ready);
  }
  get running(): number {
    return this.instances.reduce((sum, { process }) => sum + process.running, 0);
  }
  /** What is missing is there then. */
  fill(secrets: readonly ResolvedSecret[] = this.#secrets): void {
    this.#secrets = secrets;
    if (this.stopped || this.#gone) return;
    while (this.instances.length < this.#wanted.replicas) this.#add(this.#wanted);
    this.#tell();
  }
  /** Every instance anew, of this spec: in the background, as backends do. The newest call is the one that goes on. */
  replace(request: MemoryServiceRequest, secrets: readonly ResolvedSecret[] = this.#secrets): void {
    this.#wanted = { ...request };
    this.#secrets = secrets;
    this.failure = undefined;
    void this.#roll(++this.#turns);
  }
  async #roll(turn: number): Promise<void> {
    const wanted = this.#wanted;
    const over = (): boolean => this.#turns !== turn || this.stopped || this.#gone;
    const old = this.instances.filter(({ request }) => request !== wanted);
    if (!wanted.rolling) await Promise.all(old.map((one) => this.#end(one)));
    for (const one of wanted.rolling ? old : []) {
      if (over()) return;
      if (this.instances.length <= wanted.replicas && !(await this.#fresh(wanted, over))) return;
      await this.#end(one);
    }
    if (!over()) this.fill();
    this.#request = wanted;
  }
  /** False where it does not become ready in time: it is taken away again, and the old ones stay. */
  async #fresh(wanted: MemoryServiceRequest, over: () => boolean): Promise<boolean> {
    const made = this.#add(wanted);
    const deadline = performance.now() + wanted.readyMs;
    while (!made.ready && !over() && performance.now() < deadline) await pause(5);
    if (made.ready || over()) return !over();
    this.failure = diagnose("pending-limit", `instance ${made.name} was not ready within ${wanted.readyMs} ms`);
    this.instances = this.instances.filter((one) => one !== made);
    made.process.signal("SIGKILL");
    this.#wanted = this.#request;
    this.#tell();
    return false;
  }
  async stop(graceMs: number): Promise<boolean> {
    this.stopped = true;
    const forced = await Promise.all(this.instances.map((one) => this.#end(one, graceMs)));
    return forced.includes(true);
  }
  resume(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.#request = this.#wanted;
    this.instances = [];
    this.fill();
  }
  drop(): void {
    this.#gone = true;
    for (const { process } of this.instances) process.signal("SIGKILL");
  }
  /** The text that the ready instance's port is answered with; undefined where nothing listens. */
  ask(instance: string, port: number): string | undefined {
    const found = this.instances.find(({ name }) => name === instance);
    return found !== undefined && found.runs ? found.process.answer(port) : undefined;
  }
  /** Answers whether it had to be killed. */
  async #end(one: MemoryInstance, graceMs = one.request.stopGraceMs): Promise<boolean> {
    one.draining = true;
    this.#tell();
    if (one.runs) await pause(one.request.drainMs);
    one.process.signal("SIGTERM");
    const deadline = performance.now() + graceMs;
    while (one.process.running > 0 && performance.now() < deadline) await pause(5);
    const forced = one.process.running > 0;
    if (forced) one.process.signal("SIGKILL");
    if (!this.stopped) this.instances = this.instances.filter((other) => other !== one);
    this.#tell();
    return forced;
  }
  #add(request: MemoryServiceRequest): MemoryInstance {
    const made = new MemoryInstance(String(this.#made++), request, (instance) => this.#launch(instance));
    this.instances = [...this.instances, made];
    this.#tell();
    return made;
  }
  #launch(instance: MemoryInstance): MemoryProcess {
    const { name, request } = instance;
    instance.startedAt = instant(Date.now());
    return new MemoryProcess({
      program: request.program,
      secrets: this.#secrets,
      write: (stream, bytes) => {
        this.log.write({ instance: name, stream }, bytes, instant(Date.now()));
        this.#tell();
      },
      ended: () => void this.#again(instance),
    });
  }
  /** After every end that nobody asked for, where the spec wants it. */
  async #again(instance: MemoryInstance): Promise<void> {
    const { process, startedAt, request } = instance;
    this.#tell();
    const { exit } = process;
    if (exit === undefined || instance.draining) return;
    process.signal("SIGKILL");
    instance.lastEnding = decideEnding({ startedAt, finishedAt: instant(Date.now()), exit });
    if (request.restart === "on-failure" && instance.lastEnding.outcome === "succeeded") return;
    await pause(Math.min(firstPauseMs * 2 ** instance.restarts, longestPauseMs));
    if (instance.draining || this.#gone || !this.instances.includes(instance)) return;
    instance.restarts++;
    instance.process = this.#launch(instance);
    this.#tell();
  }
  toService(): Service {
    const { id, name, specHash, labels } = this.#wanted;
    const instances = this.instances.map((one) => this.#toInstance(one));
    const state = {
      desired: this.stopped ? 0 : this.#wanted.replicas,
      ready: instances.filter(({ ready }) => ready).length,
      restarts: instances.reduce((sum, { restarts }) => sum + restarts, 0),
      instances,
    };
    return { kind: "service", id, nativeId: name, specHash, labels, createdAt: this.createdAt, state };
  }
  #toInstance(one: MemoryInstance): Instance {
    const { name, ready, restarts, lastEnding, draining, runs } = one;
    const phase = runs ? (draining ? "stopping" : "running") : draining || one.process.running === 0 ? "exited" : "stopping";
    const current = one.request.specHash === this.#wanted.specHash;
    return { instance: name, phase, ready, restarts, current, ...(lastEnding !== undefined && { lastEnding }) };
  }
}
