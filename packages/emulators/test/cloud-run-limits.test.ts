import { expect, test } from "vitest";
import { coded, CloudRunBed, image, jobName, jobOf, parent, until } from "./cloud-run-kit.ts";

const exhausted = 8;
const most = 1000;

/** So many calls, some at once. */
async function times(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, index) => call(from + index)));
}

test("the newest 1,000 executions of a job are kept once they have ended", async () => {
  await using bed = await CloudRunBed.start("grpc", { delays: { schedule: 0, complete: 0 } });
  await bed.create("job", jobOf("true"));
  // None that has no image takes a process.
  bed.emulator.faults.add({ operation: "run:RunJob", fault: { kind: "run:pull-failure" } });
  const first = await bed.run("job");
  await bed.ended(first);
  await times(most, () => bed.run("job"));
  const list = async () => (await bed.executions.listExecutions({ parent: jobName("job") }))[0];
  const kept = await until(
    list,
    (executions) => executions.every(({ completionTime }) => completionTime) && executions.length === most,
  );
  expect(kept.map(({ name }) => name)).not.toContain(first);
  expect(await bed.job("job")).toMatchObject({ executionCount: most + 1 });
});

test("a region runs 1,000 executions at once, and has 1,000 jobs, where quotas hold", async () => {
  await using bed = await CloudRunBed.start("grpc", { quotas: true });
  await bed.create("job", jobOf("true"));
  bed.emulator.faults.add({ operation: "run:RunJob", fault: { kind: "run:slow-start", ms: 3_600_000 } });
  await times(most, () => bed.run("job"));
  await expect(bed.run("job")).rejects.toEqual(coded(exhausted, /running_executions/));
  const template = { template: { containers: [{ image }] } };
  const create = (jobId: string, place = parent) => bed.jobs.createJob({ parent: place, jobId, job: { template } });
  await times(most - 1, (index) => create(`job-${index}`));
  await expect(create("one-more")).rejects.toEqual(coded(exhausted, /jobs/));
  await create("one-more", "projects/tests/locations/us-central1");
});
