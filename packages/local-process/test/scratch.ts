import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type LogQuery,
  type LogRecord,
  openRuntime,
  type OpenOptions,
  owner,
  type Runtime,
  type TaskSpec,
  type WorkloadId,
  workloadId,
} from "@longshore/core";
import { runtime as plugin } from "../src/index.ts";
import type { LocalProcessCapabilities } from "../src/local-process-driver.ts";
import { lookAtTask } from "../src/look-at-task.ts";
import type { Evidence } from "../src/map-process-state.ts";
import { SupervisorLine } from "../src/supervisor-line.ts";
import { SupervisorPlaces } from "../src/supervisor-places.ts";

type LocalRuntime = Runtime<LocalProcessCapabilities>;

/** A state folder of the test's own. Disposing removes every task, and fails where a process is left behind. */
export class Scratch implements AsyncDisposable {
  readonly stateDir: string = mkdtempSync(join(tmpdir(), "longshore-local-process-"));
  readonly #open: LocalRuntime[] = [];

  async open(options: Partial<OpenOptions> = {}): Promise<LocalRuntime> {
    const opened = await openRuntime(plugin.with({ stateDir: this.stateDir }), { owner: owner("tests"), ...options });
    this.#open.push(opened);
    return opened;
  }
  folder(id: WorkloadId): string {
    return join(this.stateDir, "tests", id);
  }
  /** Of the one supervisor. */
  get supervisor(): SupervisorPlaces {
    return new SupervisorPlaces(join(this.stateDir, "tests"));
  }
  /** As a start asks it, once the folder is there. */
  async supervise(id: WorkloadId): Promise<void> {
    const line = new SupervisorLine(this.supervisor);
    await line.ask({ ask: "start", id, secrets: {} }, { signal: new AbortController().signal, report: () => {} });
  }
  file(id: WorkloadId, name: string): string {
    return join(this.folder(id), name);
  }
  /** What a look finds; there has to be something. */
  async look(id: WorkloadId): Promise<Evidence> {
    const seen = await lookAtTask(this.folder(id));
    assert(seen, `${id} is there`);
    return seen;
  }
  /** Everything on this machine that has to do with this folder, the supervisor included. */
  processes(): readonly string[] {
    return readdirSync("/proc").flatMap((name) => {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        const ours = command.includes(this.stateDir) || readlinkSync(`/proc/${name}/cwd`).startsWith(this.stateDir);
        return ours ? [`${name} ${command}`] : [];
      } catch {
        return [];
      }
    });
  }
  /** What a failure leaves must not outlive the test. */
  #killAll(): void {
    for (const each of this.processes()) process.kill(Number(each.split(" ")[0]), "SIGKILL");
  }
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const last = await this.open();
      for await (const found of last.list()) await last.remove(found.id);
      for (const one of this.#open) await one[Symbol.asyncDispose]();
    } catch (error) {
      this.#killAll();
      throw error;
    }
    await eventually(() => {
      // It would end by itself after a while, and does so at once where it is asked and has nothing to do.
      for (const each of readdirSync(this.stateDir)) endSupervisor(new SupervisorPlaces(join(this.stateDir, each)));
      assert.deepEqual(this.processes(), [], "no process is left");
    }).finally(() => this.#killAll());
    rmSync(this.stateDir, { recursive: true });
  }
}

function endSupervisor(places: SupervisorPlaces): void {
  const { holder } = places.current() ?? {};
  if (holder !== undefined) process.kill(holder.pid, "SIGTERM");
}

export const anId = (name = "task"): WorkloadId => workloadId(`${name}-${randomUUID().slice(0, 8)}`);

/** A task that runs a shell script. */
export const script = (id: WorkloadId, text: string, rest: Partial<TaskSpec> = {}): TaskSpec => ({
  kind: "task",
  id,
  command: ["sh", "-c", text],
  ...rest,
});

export async function eventually<T>(check: () => T | Promise<T>, limitMs = 10_000): Promise<T> {
  for (const end = performance.now() + limitMs; ;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(20);
    }
  }
}

export async function records(runtime: LocalRuntime, id: WorkloadId, query: LogQuery = {}): Promise<readonly LogRecord[]> {
  return Array.fromAsync(runtime.logs(id, query));
}
export const textOf = (record: LogRecord): string => ("gap" in record ? `gap: ${record.reason}` : record.text);
export async function texts(runtime: LocalRuntime, id: WorkloadId, query: LogQuery = {}): Promise<readonly string[]> {
  return (await records(runtime, id, query)).map(textOf);
}

export const isRunning = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
};
