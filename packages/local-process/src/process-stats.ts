import { readFileSync } from "node:fs";
import { instant, type Mebibytes, type MilliCpu, type Sample } from "@longshore/core";
import { type Call, sleep } from "@longshore/core/driver";
import { allProcesses } from "./find-survivors.ts";
import { findInstances, type FoundInstance } from "./find-instance.ts";
import type { ServicePlace } from "./order-service.ts";

/** proc(5): times are told in hundredths of a second on every Linux (USER_HZ). */
const msPerTick = 10;
const periodMs = 1_000;
/** Several readers share a look at all processes. */
const freshMs = 500;
const kibPerMi = 1024;

interface ProcessReading {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Its own, and that of children which have ended. */
  readonly cpuMs: number;
}
interface Reading {
  readonly at: number;
  readonly cpuMs: number;
  readonly memory: Mebibytes;
}

/** One look at all of this machine's processes serves all who ask for figures at the same time. Linux. */
export class ProcessTable {
  #at = -Infinity;
  #all: readonly ProcessReading[] = [];

  /** What runs in the program's process group, or descends from what does. */
  familyOf(program: number): readonly ProcessReading[] {
    const now = performance.now();
    if (now - this.#at > freshMs) [this.#at, this.#all] = [now, allProcesses().flatMap(readOne)];
    const family = new Map(this.#all.flatMap((one) => (one.group === program ? [[one.pid, one] as const] : [])));
    for (let grown = true; grown;) {
      const children = this.#all.filter(({ pid, parent }) => !family.has(pid) && family.has(parent));
      for (const child of children) family.set(child.pid, child);
      grown = children.length > 0;
    }
    return [...family.values()];
  }
  get at(): number {
    return this.#at;
  }
}

function readOne(pid: number): readonly ProcessReading[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [, parent, group, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, children, theirSystem] = rest.slice(8, 12).map(Number) as [number, number, number, number];
    return [{ pid, parent: Number(parent), group: Number(group), cpuMs: (user + system + children + theirSystem) * msPerTick }];
  } catch {
    return []; // it has ended meanwhile
  }
}

/** What is its own, and shared memory: not the pages of files, which the kernel can give up. */
function memoryOf({ pid }: ProcessReading): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const [anonymous, shared] = ["RssAnon", "RssShmem"].map((name) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0),
    );
    return (anonymous ?? 0) + (shared ?? 0);
  } catch {
    return 0;
  }
}

function read(table: ProcessTable, program: number): Reading {
  const family = table.familyOf(program);
  const cpuMs = family.reduce((sum, one) => sum + one.cpuMs, 0);
  const kib = family.reduce((sum, one) => sum + memoryOf(one), 0);
  return { at: table.at, cpuMs, memory: (kib / kibPerMi) as Mebibytes };
}

const usedBetween = (before: Reading, now: Reading): MilliCpu =>
  Math.max(0, Math.round(((now.cpuMs - before.cpuMs) / (now.at - before.at)) * 1000)) as MilliCpu;

/** Ends with the last instance that runs. */
export async function* processStats(
  { id, folder }: ServicePlace,
  table: ProcessTable,
  { signal }: Call,
): AsyncGenerator<Sample, void, void> {
  let before = new Map<number, Reading>();
  for (;;) {
    const running = (await findInstances({ id, folder }, "stats")).filter(({ program }) => program !== undefined);
    if (running.length === 0) return;
    const now = new Map<number, Reading>();
    for (const { instance, program } of running as readonly Required<FoundInstance>[]) {
      const reading = read(table, program.pid);
      now.set(program.pid, reading);
      const last = before.get(program.pid);
      const sample = { instance, memory: reading.memory, at: instant(Date.now()) };
      if (last !== undefined && reading.at > last.at) yield { ...sample, cpu: usedBetween(last, reading) };
    }
    before = now;
    await sleep(periodMs, signal);
  }
}
