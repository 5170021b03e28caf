import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CloudRunBed, conditionOf, type IExecution, jobName, jobOf, transports, until } from "./cloud-run-kit.ts";

const engines = ["process", ...(existsSync("/var/run/docker.sock") ? ["docker" as const] : [])] as const;
const cases = transports.flatMap((transport) => engines.map((engine) => ({ transport, engine })));

describe.each(cases)("a script with the plain clients over $transport, containers by $engine", ({ transport, engine }) => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start(transport, { engine, delays: { grace: 500 } });
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  test("creates a job, runs it, awaits the operation, and reads its execution, its task and its lines", async () => {
    const job = await bed.create("hello", jobOf("for n in 1 2 3; do echo line $n; done; echo wrong >&2"));
    expect(job).toMatchObject({
      name: jobName("hello"),
      terminalCondition: { state: "CONDITION_SUCCEEDED" },
      reconciling: false,
    });
    const [operation] = await bed.jobs.runJob({ name: job.name! });
    const [done] = await operation.promise();
    expect(done).toMatchObject({ succeededCount: 1, taskCount: 1, job: "hello" });
    const execution = await bed.execution((operation.metadata as IExecution).name!);
    expect(conditionOf(execution)).toMatchObject({ state: "CONDITION_SUCCEEDED" });
    const [task] = await bed.tasksOf(execution.name!);
    expect(conditionOf(task!)).toMatchObject({ state: "CONDITION_SUCCEEDED" });
    const raw = (await (await fetch(`${bed.emulator.url}/v2/${task!.name}`)).json()) as { lastAttemptResult: object };
    expect(raw.lastAttemptResult).toEqual({ status: {} });
    expect(await bed.lines(execution.name!)).toEqual(["line 1", "line 2", "line 3"]);
  });

  test("tells exit code 7 by the task, and fails the operation", async () => {
    await bed.create("seven", jobOf("exit 7"));
    const [operation] = await bed.jobs.runJob({ name: jobName("seven") });
    await expect(operation.promise()).rejects.toThrow(/has failed to complete, 0\/1 tasks were a success/);
    const execution = await bed.execution((operation.metadata as IExecution).name!);
    expect(execution).toMatchObject({ failedCount: 1 });
    expect(conditionOf(execution)).toMatchObject({ state: "CONDITION_FAILED", executionReason: "NON_ZERO_EXIT_CODE" });
    expect(conditionOf(execution)?.message).toMatch(/task0 failed with message: The container exited with an error/);
    const [task] = await bed.tasksOf(execution.name!);
    expect(task).toMatchObject({ index: 0, retried: 0, lastAttemptResult: { exitCode: 7 } });
  });

  test("retries twice, each attempt with its number, and tells of the attempts", async () => {
    await bed.create(
      "retries",
      jobOf("echo attempt $CLOUD_RUN_TASK_ATTEMPT; [ $CLOUD_RUN_TASK_ATTEMPT = 2 ]", { maxRetries: 2 }),
    );
    const execution = await bed.ended(await bed.run("retries"));
    expect(execution).toMatchObject({ succeededCount: 1, failedCount: 0, retriedCount: 2 });
    expect(await bed.tasksOf(execution.name!)).toMatchObject([{ retried: 2 }]);
    expect(await bed.lines(execution.name!)).toEqual(["attempt 0", "attempt 1", "attempt 2"]);
  });

  test("cancels: the operation of the run completes without an error", async () => {
    await bed.create("cancelled", jobOf("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done"));
    const [operation] = await bed.jobs.runJob({ name: jobName("cancelled") });
    const name = (operation.metadata as IExecution).name!;
    await until(
      () => bed.lines(name),
      (lines) => lines.includes("up"),
    );
    const [cancelling] = await bed.executions.cancelExecution({ name });
    expect(conditionOf(await bed.execution(name))).toMatchObject({ executionReason: "CANCELLING" });
    await cancelling.promise();
    const [done] = await operation.promise();
    expect(done).toMatchObject({ cancelledCount: 1 });
    const execution = await bed.execution(name);
    expect(execution).toMatchObject({ cancelledCount: 1, failedCount: 0, succeededCount: 0 });
    expect(conditionOf(execution)).toMatchObject({ state: "CONDITION_FAILED", executionReason: "CANCELLED" });
    expect(await bed.lines(name)).toContain("bye");
  });

  test("ends an attempt at its timeout, without an exit code", async () => {
    await bed.create("late", jobOf("echo up; sleep 300", { timeout: { seconds: 1 } }));
    const execution = await bed.ended(await bed.run("late"));
    expect(conditionOf(execution)?.message).toContain("The configured timeout was reached.");
    const [task] = await bed.tasksOf(execution.name!);
    expect(task!.lastAttemptResult).toMatchObject({ exitCode: 0, status: { code: 4 } });
  });

  test("deletes executions and jobs, and what runs of them", async () => {
    await bed.create("gone", jobOf("sleep 300"));
    const [first, second] = [await bed.run("gone"), await bed.run("gone")];
    const [deletion] = await bed.executions.deleteExecution({ name: first });
    await deletion.promise();
    await expect(bed.execution(first)).rejects.toMatchObject({ code: 5 });
    const [removal] = await bed.jobs.deleteJob({ name: jobName("gone") });
    await removal.promise();
    await expect(bed.job("gone")).rejects.toMatchObject({ code: 5 });
    await expect(bed.execution(second)).rejects.toMatchObject({ code: 5 });
  });
});
