import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRuntime, owner, type Runtime, workloadId } from "@longshore/core";
import { runtime as localProcess } from "@longshore/local-process";
import { atMost, type Bench, type Figure } from "./figure.ts";
import { interleave, milliseconds, ratio } from "./interleave.ts";
import { memoryOfSupervisors } from "./memory-of-supervisors.ts";

let count = 0;
async function supervised(runtime: Runtime): Promise<void> {
  const id = workloadId(`task-${++count}`);
  await runtime.start({ kind: "task", id, command: ["true"] });
  const { exit } = await runtime.wait(id);
  if (exit?.code !== 0) throw new Error(`it exited with ${exit?.code}`);
  await runtime.remove(id);
}
async function bare(): Promise<void> {
  const [code] = (await once(spawn("true", { stdio: ["ignore", "pipe", "pipe"] }), "close")) as [number];
  if (code !== 0) throw new Error(`it exited with ${code}`);
}
async function inFolder<T>(work: (runtime: Runtime, stateDir: string) => Promise<T>): Promise<T> {
  const stateDir = await mkdtemp(join(tmpdir(), "longshore-bench-"));
  try {
    await using runtime = await openRuntime(localProcess.with({ stateDir }), { owner: owner("bench") });
    return await work(runtime, stateDir);
  } finally {
    await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function time(rounds: number): Promise<readonly Figure[]> {
  const sides = await inFolder((runtime) =>
    interleave(rounds, [
      { name: "longshore", does: "start, wait, remove of `true`", measure: () => milliseconds(() => supervised(runtime)) },
      {
        name: "spawn",
        does: "child_process.spawn of `true` with both pipes, until it closes",
        measure: () => milliseconds(bare),
      },
    ]),
  );
  const bars = [atMost("× spawn", ratio(sides, "longshore", "spawn"), 4)];
  return [{ name: "a local process, supervised, from start to removal", unit: "ms", sides, bars }];
}
export const localTask: Bench = {
  name: "local-task",
  about: "a supervised process beside a bare spawn",
  rounds: 30,
  needsEngine: false,
  run: time,
};

const sleepers = 50;
/** Proportional: what several processes share is counted once. */
async function memory(rounds: number): Promise<readonly Figure[]> {
  const sides = await inFolder(async (runtime, stateDir) => {
    const ids = Array.from({ length: sleepers }, (_, index) => workloadId(`sleeper-${index}`));
    try {
      await Promise.all(ids.map((id) => runtime.start({ kind: "task", id, command: ["sleep", "600"] })));
      const measure = async (): Promise<number> => (await memoryOfSupervisors(stateDir, "sleep")) / sleepers;
      return await interleave(rounds, [
        { name: "longshore", does: `all that keeps ${sleepers} programs, without them, divided by their number`, measure },
      ]);
    } finally {
      await Promise.all(ids.map((id) => runtime.stop(id, { graceMs: 0 }).then(() => runtime.remove(id))));
    }
  });
  const median = sides[0]?.spread.median ?? Number.NaN;
  return [{ name: "memory of a supervised process (PSS)", unit: "MiB", sides, bars: [atMost("MiB", median, 3)] }];
}
export const localMemory: Bench = {
  name: "local-memory",
  about: "what supervision of a sleeping process holds",
  rounds: 3,
  needsEngine: false,
  run: memory,
};
