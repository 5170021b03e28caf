import { setTimeout as timer } from "node:timers/promises";
import type { Stream } from "./log-record.ts";
import type { MemoryProgram, MemoryStep } from "./memory-program.ts";
import type { ResolvedSecret } from "./resolve-secrets.ts";
import type { Exit } from "./workload.ts";

export type MemorySignal = "SIGTERM" | "SIGKILL";
export interface MemoryProcessParts {
  readonly program: MemoryProgram;
  readonly write: (stream: Stream, bytes: Uint8Array) => void;
  /** Told once of the end. */
  readonly ended: () => void;
  readonly secrets?: readonly ResolvedSecret[];
  /** A child inherits that signals are ignored. */
  readonly ignoring?: boolean;
}
/** What a timer can wait. */
const longestServeMs = 2_147_483_647;
const utf8 = new TextEncoder();
const sleep = (ms: number, signal: AbortSignal): Promise<void> => timer(ms, undefined, { signal, ref: false });

/** A pretended process with its children, on the host's timers, which keep nobody's process alive. */
export class MemoryProcess {
  readonly #parts: MemoryProcessParts;
  readonly #children: MemoryProcess[] = [];
  readonly #over = new AbortController();
  #trap: Extract<MemoryStep, { do: "trap" }>["then"] | undefined;
  #exit: Exit | undefined;
  readonly #served = new Map<number, string>();

  constructor(parts: MemoryProcessParts) {
    this.#parts = parts;
    if (parts.ignoring === true) this.#trap = "ignore";
    void this.#run();
  }
  /** Of the main program, once it has ended. */
  get exit(): Exit | undefined {
    return this.#exit;
  }
  /** It listens on this port. */
  serves(port: number): boolean {
    return this.#exit === undefined && this.#served.has(port);
  }
  /** What a request to the port is answered with. */
  answer(port: number): string | undefined {
    return this.#exit === undefined ? this.#served.get(port) : undefined;
  }
  /** How many still run, children included. */
  get running(): number {
    return this.#children.reduce((sum, child) => sum + child.running, this.#exit === undefined ? 1 : 0);
  }
  /** To the program and, as a process group, to its children. */
  signal(name: MemorySignal, to: "group" | "main" = "group"): void {
    if (to === "group") for (const child of this.#children) child.signal(name);
    if (name === "SIGKILL" || this.#trap === undefined) return this.#end({ signal: name, evidence: `killed by ${name}` });
    if (this.#trap === "ignore") return;
    if (this.#trap.print !== undefined) this.#print(`${this.#trap.print}\n`, "stdout");
    this.#end({ code: this.#trap.exit, evidence: `exited with ${this.#trap.exit}` });
  }
  async #run(): Promise<void> {
    try {
      await sleep(0, this.#over.signal);
      for (const step of this.#parts.program) {
        await this.#do(step);
        if (this.#exit !== undefined) return;
      }
      this.#end({ code: 0, evidence: "exited with 0" });
    } catch {
      // Only a sleep throws, and only once the end has come.
    }
  }
  async #do(step: MemoryStep): Promise<void> {
    switch (step.do) {
      case "print":
        return this.#print(`${step.text}\n`, step.to);
      case "write":
        return this.#parts.write(step.to ?? "stdout", Uint8Array.from(step.bytes));
      case "count":
        return this.#count(step.lines, step.to);
      case "long":
        return this.#print(`${"0123456789".repeat(2 ** Math.max(0, Math.ceil(Math.log2(step.length / 10))))}\n`, step.to);
      case "sleep":
        return sleep(step.ms, this.#over.signal);
      case "exit":
        return this.#end({ code: step.code, evidence: `exited with ${step.code}` });
      case "die":
        return this.#end({ signal: step.signal, evidence: `killed by ${step.signal}` });
      case "trap":
        this.#trap = step.then;
        return;
      case "fork":
        return this.#fork(step.program);
      case "reveal":
        return this.#print(`${this.#parts.secrets?.find(({ name }) => name === step.secret)?.value ?? ""}\n`);
      case "serve":
        this.#served.set(step.port, step.text);
        this.#parts.ended();
        return sleep(longestServeMs, this.#over.signal);
      case "exhaust":
        return this.#end({ signal: "SIGKILL", oomKilled: true, evidence: "out of memory" });
      case "fail":
        return this.#end({ code: 127, evidence: "a program fails to start only in its first step" });
    }
  }
  #print(text: string, to: Stream = "stdout"): void {
    this.#parts.write(to, utf8.encode(text));
  }
  #count(lines: number, to: Stream | "both" = "stdout"): void {
    const streams = to === "both" ? (["stdout", "stderr"] as const) : [to];
    for (let line = 1; line <= lines; line++) for (const stream of streams) this.#print(`line ${line}\n`, stream);
  }
  #fork(program: MemoryProgram): void {
    const { write } = this.#parts;
    const ignoring = this.#trap === "ignore";
    this.#children.push(new MemoryProcess({ program, write, ignoring, ended: () => this.#parts.ended() }));
  }
  #end(exit: Exit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    this.#over.abort();
    this.#parts.ended();
  }
}
