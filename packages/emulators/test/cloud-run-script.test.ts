import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CloudRunBed, conditionOf, type IExecution, jobName, jobOf, transports, until } from "./cloud-run-kit.ts";

const engines = ["process", ...(existsSync("/var/run/docker.sock") ? ["docker" as const] : [])] as const;
const cases = transports.flatMap((transport) => engines.map((engine) => ({ transport, engine })));

describe.each(cases)("a script with the plain clients over $transport, containers by $engine", ({ transport, engine }) => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start(transport, { engine });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

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
    expect(Object.hasOwn(task!.lastAttemptResult!, "exitCode")).toBe(false);
    expect(await bed.lines(execution.name!)).toEqual(["line 1", "line 2", "line 3"]);
  });

  test("tells exit code 7 by the task, and fails the operation", async () => {
    await bed.create("seven", jobOf("exit 7"));
    const [operation] = await bed.jobs.runJob({ name: jobName("seven") });
    await expect(operation.promise()).rejects.toThrow(/task0 failed with message: The container exited with an error/);
    const execution = await bed.execution((operation.metadata as IExecution).name!);
    expect(execution).toMatchObject({ failedCount: 1 });
    expect(conditionOf(execution)).toMatchObject({ state: "CONDITION_FAILED", executionReason: "NON_ZERO_EXIT_CODE" });
    const [task] = await bed.tasksOf(execution.name!);
    expect(task).toMatchObject({ index: 0, retried: 0, lastAttemptResult: { exitCode: 7 } });
  });
});
