import { describe, expect, test } from "vitest";
import type { FaultRule } from "../src/fault.ts";
import { CloudRunBed, type IExecution, jobName, jobOf, parent, type Transport, transports } from "./cloud-run-kit.ts";

const alreadyExists = 6;
const notFound = 5;

const faults: readonly FaultRule[] = [
  { operation: "run:*", fault: { kind: "throttle" }, probability: 0.1 },
  { operation: "run:*", fault: { kind: "lose-reply" }, probability: 0.1 },
  { operation: "run:*", fault: { kind: "drop-request" }, probability: 0.1 },
  { operation: "run:*", fault: { kind: "status", status: 503, html: true }, probability: 0.05 },
  { operation: "run:CreateJob", fault: { kind: "run:missing-after-run", ms: 300 }, probability: 0.2 },
  { operation: "logging:append", fault: { kind: "logging:late", ms: 300 }, probability: 0.2 },
  { operation: "logging:append", fault: { kind: "logging:out-of-order", ms: 200 }, probability: 0.2 },
  { operation: "logging:ListLogEntries", fault: { kind: "logging:empty-page" }, probability: 0.3 },
];

/** Asks again until it is answered, or refused for good. */
async function persist<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      const { code } = error as { code?: number };
      if (code === alreadyExists || code === notFound) throw error;
    }
}

/** Makes a job with a token, whatever gets lost on the way. */
async function start(bed: CloudRunBed, id: string): Promise<void> {
  const job = { ...jobOf(`for n in 1 2 3 4 5; do echo ${id} $n; done; exit 7`), startExecutionToken: "t" };
  await persist(() => bed.jobs.createJob({ parent, jobId: id, job })).catch((error: { code?: number }) => {
    if (error.code !== alreadyExists) throw error;
  });
}

async function end(bed: CloudRunBed, id: string): Promise<IExecution> {
  for (;;) {
    const found = await persist(() => bed.execution(`${jobName(id)}/executions/${id}-t`)).catch(() => undefined);
    if (found?.completionTime) return found;
  }
}

async function allLines(bed: CloudRunBed): Promise<string[]> {
  const filter = 'log_id("run.googleapis.com/stdout") timestamp>="2020-01-01T00:00:00Z"';
  const [entries] = await bed.logging.getEntries({ filter, orderBy: "timestamp asc", autoPaginate: true });
  return entries.map(({ data }) => String(data));
}

const seeds = [1, 2, 3];
const cases = transports.flatMap((transport) => seeds.map((seed): [Transport, number] => [transport, seed]));

describe.each(cases)("a mix of faults over %s with seed %i", (transport, seed) => {
  test("starts each execution once, tells its exit code, and each of its lines once", async () => {
    await using bed = await CloudRunBed.start(transport, { seed, faults });
    const ids = Array.from({ length: 20 }, (_, index) => `mixed-${index}`);
    await Promise.all(ids.map((id) => start(bed, id)));
    const executions = await Promise.all(ids.map((id) => end(bed, id)));
    expect(executions.map(({ failedCount }) => failedCount)).toEqual(ids.map(() => 1));
    await bed.emulator.clock.advance(1000);
    bed.emulator.faults.clear();
    for (const id of ids) {
      const [all] = await bed.executions.listExecutions({ parent: jobName(id) });
      expect(all).toHaveLength(1);
      expect(await bed.tasksOf(all[0]!.name!)).toMatchObject([{ lastAttemptResult: { exitCode: 7 } }]);
    }
    const expected = ids.flatMap((id) => [1, 2, 3, 4, 5].map((n) => `${id} ${n}`));
    expect((await allLines(bed)).sort()).toEqual(expected.sort());
    const { journal } = bed.emulator;
    expect(journal.entries().filter(({ error }) => error === "INTERNAL")).toEqual([]);
    expect(journal.entries().filter((entry) => entry.faults?.includes("lose-reply")).length).toBeGreaterThan(0);
    expect(await bed.nonconforming()).toEqual([]);
  });
});
