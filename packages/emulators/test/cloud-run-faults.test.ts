import { expect, test } from "vitest";
import type { Fault } from "../src/fault.ts";
import { CloudRunBed, conditionOf, type IExecution, jobName, jobOf, until } from "./cloud-run-kit.ts";

/** A job, and an execution of it that meets a fault. */
async function started(bed: CloudRunBed, fault: Fault, script: string, maxRetries = 0) {
  await bed.create("job", jobOf(script, { maxRetries, timeout: { seconds: 86_400 } }));
  bed.emulator.faults.add({ operation: "run:RunJob", fault, times: 1 });
  const [operation] = await bed.jobs.runJob({ name: jobName("job") });
  return { operation, name: (operation.metadata as IExecution).name! };
}

test("an execution that nobody sees for a while", async () => {
  await using bed = await CloudRunBed.start();
  const { name } = await started(bed, { kind: "run:missing-after-run", ms: 3_600_000 }, "true");
  await expect(bed.execution(name)).rejects.toMatchObject({ code: 5 });
  expect(await bed.executions.listExecutions({ parent: jobName("job") })).toMatchObject([[], null, {}]);
  await bed.emulator.clock.advance(3_600_000);
  expect(await bed.ended(name)).toMatchObject({ succeededCount: 1 });
});

test("an execution that takes long to start", async () => {
  await using bed = await CloudRunBed.start();
  const { name } = await started(bed, { kind: "run:slow-start", ms: 600_000 }, "true");
  expect(conditionOf(await bed.execution(name))).toMatchObject({ state: "CONDITION_PENDING" });
  await bed.emulator.clock.advance(601_000);
  expect(await bed.ended(name)).toMatchObject({ succeededCount: 1 });
});

test("an image that cannot be pulled", async () => {
  await using bed = await CloudRunBed.start();
  const { name } = await started(bed, { kind: "run:pull-failure", reason: "no route to the registry" }, "true");
  const execution = await bed.ended(name);
  expect(conditionOf(execution)).toMatchObject({
    state: "CONDITION_FAILED",
    reason: "CONTAINER_MISSING",
    message: "no route to the registry",
  });
  expect(execution).toMatchObject({ succeededCount: 0, failedCount: 0, cancelledCount: 1 });
});

test("an exit code that is not told", async () => {
  await using bed = await CloudRunBed.start();
  const { name } = await started(bed, { kind: "run:no-exit-code" }, "exit 7");
  expect(await bed.ended(name)).toMatchObject({ failedCount: 1 });
  expect((await bed.tasksOf(name))[0]).toMatchObject({ lastAttemptResult: { exitCode: 0, status: { code: 10 } } });
});

test("an operation that ends with an error though its execution has succeeded", async () => {
  await using bed = await CloudRunBed.start();
  const { operation, name } = await started(bed, { kind: "run:operation-error", message: "lost track" }, "true");
  await expect(operation.promise()).rejects.toThrow("lost track");
  expect(await bed.ended(name)).toMatchObject({ succeededCount: 1 });
});

test("an attempt that the platform interrupts, and one more", async () => {
  await using bed = await CloudRunBed.start();
  const { name } = await started(
    bed,
    { kind: "run:interruption", afterMs: 300 },
    "[ $CLOUD_RUN_TASK_ATTEMPT = 1 ] || sleep 300",
    1,
  );
  expect(await bed.ended(name)).toMatchObject({ succeededCount: 1, retriedCount: 1 });
});

test("a connection that breaks with every call on it", async () => {
  await using bed = await CloudRunBed.start();
  await bed.create("job", jobOf("true"));
  bed.emulator.faults.add(
    { operation: "run:RunJob", fault: { kind: "latency", ms: 60_000 }, times: 1 },
    { operation: "run:RunJob", fault: { kind: "grpc:break-connection" }, first: 2, times: 1 },
  );
  const codeOf = (call: Promise<unknown>): Promise<number> =>
    call.then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  expect(await Promise.all([codeOf(bed.run("job")), codeOf(bed.run("job"))])).toEqual([14, 14]);
  // The client connects again by itself. The work of the second was done, and that of the first never begun.
  const [executions] = await bed.executions.listExecutions({ parent: jobName("job") });
  expect(executions).toHaveLength(1);
});

test("the same seed, rules and requests meet the same faults", async () => {
  const codes = async (): Promise<number[]> => {
    await using bed = await CloudRunBed.start("grpc", {
      seed: 7,
      faults: [{ operation: "run:RunJob", fault: { kind: "throttle" }, probability: 0.5 }],
    });
    await bed.create("job", jobOf("true"));
    const met: number[] = [];
    for (let count = 0; count < 12; count++)
      met.push(
        await bed.run("job").then(
          () => 0,
          ({ code }: { code: number }) => code,
        ),
      );
    return met;
  };
  const [first, second] = [await codes(), await codes()];
  expect(first).toEqual(second);
  expect(new Set(first)).toEqual(new Set([0, 8]));
});

test("a week's timeout passes in no time", async () => {
  await using bed = await CloudRunBed.start("grpc", { delays: { grace: 300 } });
  await bed.create("job", jobOf("echo up; sleep 1000000", { timeout: { seconds: 604_800 } }));
  const name = await bed.run("job");
  await until(
    () => bed.lines(name),
    (lines) => lines.includes("up"),
  );
  await bed.emulator.clock.advance(604_800_000);
  expect(await bed.ended(name)).toMatchObject({ failedCount: 1 });
});

test("closing ends what runs, and an emulator that cannot start leaves nothing", async () => {
  const bed = await CloudRunBed.start("grpc");
  await bed.create("job", jobOf("echo $$; sleep 300"));
  const name = await bed.run("job");
  const [pid] = await until(
    () => bed.lines(name),
    ([line]) => line !== undefined,
  );
  const { port } = bed.emulator;
  await expect(CloudRunBed.start("grpc", { port })).rejects.toMatchObject({ code: "EADDRINUSE", port });
  const restPort = Number(new URL(bed.emulator.url).port);
  await expect(CloudRunBed.start("grpc", { restPort })).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(process.kill(Number(pid), 0)).toBe(true);
  await bed[Symbol.asyncDispose]();
  expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
});
