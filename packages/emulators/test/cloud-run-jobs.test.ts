import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coded, CloudRunBed, conditionOf, image, jobName, jobOf, parent, transports, until } from "./cloud-run-kit.ts";

const [invalidArgument, notFound, alreadyExists, failedPrecondition, aborted] = [3, 5, 6, 9, 10];

describe.each(transports)("jobs over %s", (transport) => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start(transport, { secrets: { token: "hush" }, missingImages: ["missing"], delays: { grace: 300 } });
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  test("runs tasks, so many at once, each with its index", async () => {
    await bed.create(
      "many",
      jobOf(
        "echo $CLOUD_RUN_JOB $CLOUD_RUN_TASK_INDEX of $CLOUD_RUN_TASK_COUNT; sleep 0.2",
        {},
        { taskCount: 4, parallelism: 2 },
      ),
    );
    const name = await bed.run("many");
    let most = 0;
    const execution = await until(
      () => bed.execution(name),
      ({ runningCount, completionTime }) => {
        most = Math.max(most, runningCount ?? 0);
        return Boolean(completionTime);
      },
    );
    expect(most).toBe(2);
    expect(execution).toMatchObject({ taskCount: 4, parallelism: 2, succeededCount: 4, runningCount: 0 });
    expect((await bed.lines(name)).sort()).toEqual([0, 1, 2, 3].map((index) => `many ${index} of 4`));
    const tasks = await bed.tasksOf(name);
    expect(tasks.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    const [task] = await bed.tasks.getTask({ name: tasks[3]!.name! });
    expect(task).toMatchObject({ index: 3, job: "many", execution: name.split("/").at(-1) });
  });

  test("fails where one task does, and tells of it and of the others", async () => {
    await bed.create("one-fails", jobOf("exit $CLOUD_RUN_TASK_INDEX", { maxRetries: 1 }, { taskCount: 2 }));
    const execution = await bed.ended(await bed.run("one-fails"));
    expect(execution).toMatchObject({ succeededCount: 1, failedCount: 1, retriedCount: 1, cancelledCount: 0 });
    expect(conditionOf(execution)).toMatchObject({
      state: "CONDITION_FAILED",
      executionReason: "NON_ZERO_EXIT_CODE",
      message: expect.stringMatching(/^Task one-fails-.*-task1 failed/) as string,
    });
  });

  test("overrides arguments, variables, the number of tasks and the timeout for one execution", async () => {
    const env = [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ];
    const containers = [{ name: "main", image, command: ["sh", "-c", "echo $0 $1 $A $B $C"], args: ["x", "y"], env }];
    await bed.create("overridden", { template: { template: { containers, maxRetries: 0 } } });
    const overrides = {
      containerOverrides: [
        {
          name: "main",
          args: ["one", "two"],
          env: [
            { name: "B", value: "3" },
            { name: "C", value: "4" },
          ],
        },
      ],
      taskCount: 2,
      timeout: { seconds: 30 },
    };
    const execution = await bed.ended(await bed.run("overridden", overrides));
    expect(await bed.lines(execution.name!)).toEqual(["one two 1 3 4", "one two 1 3 4"]);
    expect(execution).toMatchObject({ taskCount: 2, template: { timeout: { seconds: "30" } } });
    const plain = await bed.ended(await bed.run("overridden"));
    expect(await bed.lines(plain.name!)).toEqual(["x y 1 2"]);
    await expect(bed.run("overridden", { containerOverrides: [{ name: "other" }] })).rejects.toEqual(
      coded(invalidArgument, /no container 'other'/),
    );
  });

  test("runs several containers of a task, of which the first decides", async () => {
    const containers = [
      { name: "main", image, command: ["sh", "-c", "sleep 0.3; echo main; exit 4"] },
      { name: "beside", image, command: ["sh", "-c", "echo beside; sleep 300"] },
    ];
    await bed.create("several", jobOf("", { containers }));
    const execution = await bed.ended(await bed.run("several"));
    expect((await bed.lines(execution.name!)).sort()).toEqual(["beside", "main"]);
    expect((await bed.tasksOf(execution.name!))[0]).toMatchObject({ lastAttemptResult: { exitCode: 4 } });
    const nameless = [{ image }, { image }];
    await expect(bed.create("nameless", jobOf("", { containers: nameless }))).rejects.toEqual(coded(invalidArgument, /name/));
  });

  test("starts an execution by a token once, however often it is asked for", async () => {
    const job = { ...jobOf("echo up; sleep 300"), startExecutionToken: "t1" };
    await bed.create("tokens", job);
    const name = `${jobName("tokens")}/executions/tokens-t1`;
    expect(await bed.execution(name)).toMatchObject({ name });
    await expect(bed.create("tokens", job)).rejects.toEqual(coded(alreadyExists));
    const update = async (token: string): Promise<void> => {
      const [operation] = await bed.jobs.updateJob({ job: { ...job, name: jobName("tokens"), startExecutionToken: token } });
      await operation.promise();
    };
    await update("t1");
    await update("t2");
    const [executions] = await bed.executions.listExecutions({ parent: jobName("tokens") });
    expect(executions.map((execution) => execution.name?.split("/").at(-1))).toEqual(["tokens-t2", "tokens-t1"]);
    expect(await bed.job("tokens")).toMatchObject({ executionCount: 2, latestCreatedExecution: { name: "tokens-t2" } });
    const tooLong = { ...job, startExecutionToken: "t".repeat(60) };
    await expect(bed.create("tokens-too", tooLong)).rejects.toEqual(coded(invalidArgument, /fewer than 63/));
  });

  test("labels jobs and executions apart, and lists the executions of every job", async () => {
    await bed.create("labelled", { ...jobOf("true", {}, { labels: { of: "executions" } }), labels: { of: "jobs" } });
    expect(await bed.job("labelled")).toMatchObject({ labels: { of: "jobs" } });
    const name = await bed.run("labelled");
    expect((await bed.ended(name)).labels).toEqual({ of: "executions" });
    const [all] = await bed.executions.listExecutions({ parent: jobName("-") });
    expect(all.map((execution) => execution.name)).toContain(name);
    const refused = { ...jobOf("true"), labels: { "run.googleapis.com/x": "y" } };
    await expect(bed.create("mislabelled", refused)).rejects.toEqual(coded(invalidArgument, /namespace/));
  });

  test("changes a job only as its etag allows", async () => {
    const { etag } = await bed.create("tagged", jobOf("exit 1"));
    const [update] = await bed.jobs.updateJob({ job: { ...jobOf("exit 0"), name: jobName("tagged"), etag: etag! } });
    await update.promise();
    const { etag: next, generation } = await bed.job("tagged");
    expect(next).not.toBe(etag);
    expect(generation).toBe("2");
    await expect(bed.jobs.runJob({ name: jobName("tagged"), etag: etag! })).rejects.toEqual(coded(aborted, /version/));
    await expect(bed.jobs.deleteJob({ name: jobName("tagged"), etag: etag! })).rejects.toEqual(coded(aborted));
    const execution = await bed.ended(await bed.run("tagged"));
    expect(execution).toMatchObject({ succeededCount: 1 });
  });

  test("is not ready without its image or its secret, and does not run then", async () => {
    await expect(bed.create("no-image", jobOf("true", { containers: [{ image: "missing" }] }))).rejects.toThrow(
      /Image 'missing' not found/,
    );
    expect(await bed.job("no-image")).toMatchObject({
      terminalCondition: { state: "CONDITION_FAILED", reason: "CONTAINER_MISSING" },
    });
    await expect(bed.run("no-image")).rejects.toEqual(coded(failedPrecondition, /not ready/));
    const env = (secret: string) => [{ name: "TOKEN", valueSource: { secretKeyRef: { secret, version: "latest" } } }];
    const containers = (secret: string) => [{ image, command: ["sh", "-c", "echo $TOKEN"], env: env(secret) }];
    await expect(bed.create("no-secret", jobOf("", { containers: containers("none") }))).rejects.toThrow(
      /secrets\/none\/versions\/latest was not found/,
    );
    expect(await bed.job("no-secret")).toMatchObject({ terminalCondition: { reason: "SECRETS_ACCESS_CHECK_FAILED" } });
    await bed.create("secret", jobOf("", { containers: containers("projects/longshore/secrets/token") }));
    const execution = await bed.ended(await bed.run("secret"));
    expect(await bed.lines(execution.name!)).toEqual(["hush"]);
  });

  test("tells a program that cannot be started, and one that a signal ended, from an exit code", async () => {
    await bed.create("no-command", jobOf("", { containers: [{ image, command: ["no-such-command"] }] }));
    const first = await bed.ended(await bed.run("no-command"));
    expect((await bed.tasksOf(first.name!))[0]!.lastAttemptResult).toMatchObject({
      exitCode: 0,
      termSignal: 0,
      status: { message: expect.stringContaining("failed to start") as string },
    });
    await bed.create("killed", jobOf("kill -9 $$"));
    const second = await bed.ended(await bed.run("killed"));
    expect((await bed.tasksOf(second.name!))[0]!.lastAttemptResult).toMatchObject({ exitCode: 0, termSignal: 9 });
  });

  test("refuses what Cloud Run refuses", async () => {
    const limits = (cpu: string, memory: string) =>
      jobOf("", { containers: [{ image, resources: { limits: { cpu, memory } } }] });
    await expect(bed.create("Upper", jobOf("true"))).rejects.toEqual(coded(invalidArgument, /job_id/));
    await expect(bed.create("a".repeat(50), jobOf("true"))).rejects.toEqual(coded(invalidArgument, /49/));
    await expect(bed.create("cpu", limits("3", "1Gi"))).rejects.toEqual(coded(invalidArgument, /cpu/));
    await expect(bed.create("cpu", limits("1.5", "1Gi"))).rejects.toEqual(coded(invalidArgument, /cpu/));
    await expect(bed.create("memory", limits("8", "33Gi"))).rejects.toEqual(coded(invalidArgument, /memory/));
    await expect(bed.create("memory", limits("1", "5Gi"))).rejects.toEqual(coded(invalidArgument, /memory/));
    await expect(bed.create("late", jobOf("true", { timeout: { seconds: 604_801 } }))).rejects.toEqual(
      coded(invalidArgument, /Timeout/),
    );
    await expect(bed.create("retries", jobOf("true", { maxRetries: 11 }))).rejects.toEqual(coded(invalidArgument, /max_retries/));
    await expect(bed.create("bare", { template: { template: { containers: [] } } })).rejects.toEqual(
      coded(invalidArgument, /containers/),
    );
    await expect(bed.create("nothing", {})).rejects.toEqual(coded(invalidArgument, /template/));
    const env = [{ name: "CLOUD_RUN_JOB", value: "x" }];
    await expect(bed.create("env", jobOf("", { containers: [{ image, env }] }))).rejects.toEqual(
      coded(invalidArgument, /reserved/),
    );
    await expect(bed.job("none")).rejects.toEqual(coded(notFound));
    await expect(bed.execution(`${jobName("none")}/executions/e`)).rejects.toEqual(coded(notFound));
    await expect(bed.jobs.getJob({ name: `${parent}/job/x` })).rejects.toThrow();
  });

  test("validates without making anything", async () => {
    const [operation] = await bed.jobs.createJob({ parent, jobId: "planned", job: jobOf("true"), validateOnly: true });
    const [planned] = await operation.promise();
    expect(planned).toMatchObject({ name: jobName("planned") });
    await expect(bed.job("planned")).rejects.toEqual(coded(notFound));
  });

  test("lists jobs by pages, with defaults of its own", async () => {
    await bed.create("page-1", { template: { template: { containers: [{ image }] } } });
    await bed.create("page-2", jobOf("true"));
    const names: string[] = [];
    for await (const job of bed.jobs.listJobsAsync({ parent, pageSize: 2 })) names.push(job.name!);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining([jobName("page-1"), jobName("page-2")]));
    const { template } = await bed.job("page-1");
    expect(template).toMatchObject({
      taskCount: 1,
      template: {
        maxRetries: 3,
        timeout: { seconds: "600" },
        serviceAccount: expect.stringMatching(/^\d+-compute@developer/) as string,
      },
    });
    expect(template!.template!.containers![0]!.resources!.limits).toEqual({ cpu: "1000m", memory: "512Mi" });
  });

  test("is cancelled, and has not failed, though one of its tasks had", async () => {
    const script = "[ $CLOUD_RUN_TASK_INDEX = 0 ] && exit 3; echo up; sleep 300";
    await bed.create("half", jobOf(script, {}, { taskCount: 2 }));
    const [operation] = await bed.jobs.runJob({ name: jobName("half") });
    const { name } = operation.metadata as { name: string };
    await until(
      () => bed.execution(name),
      ({ failedCount, runningCount }) => failedCount === 1 && runningCount === 1,
    );
    const [cancelling] = await bed.executions.cancelExecution({ name });
    await cancelling.promise();
    await operation.promise();
    const execution = await bed.execution(name);
    expect(execution).toMatchObject({ failedCount: 1, cancelledCount: 1 });
    expect(conditionOf(execution)).toMatchObject({ state: "CONDITION_FAILED", executionReason: "CANCELLED" });
    expect(await bed.job("half")).toMatchObject({ latestCreatedExecution: { completionStatus: "EXECUTION_CANCELLED" } });
  });

  test("refuses to cancel what has ended", async () => {
    await bed.create("over", jobOf("true"));
    const execution = await bed.ended(await bed.run("over"));
    await expect(bed.executions.cancelExecution({ name: execution.name! })).rejects.toEqual(coded(failedPrecondition));
  });

  test("tells operations by name and by list, and waits for them", async () => {
    await bed.create("operated", jobOf("sleep 0.3"));
    const [operation] = await bed.jobs.runJob({ name: jobName("operated") });
    const { url } = bed.emulator;
    const ask = async (path: string, init?: RequestInit) =>
      (await (await fetch(`${url}/v2/${path}`, init)).json()) as { done?: boolean; operations?: { name: string }[] };
    expect((await ask(operation.name!)).done).toBeUndefined();
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: '{"timeout":"30s"}' };
    expect(await ask(`${operation.name}:wait`, post)).toMatchObject({ done: true, response: { succeededCount: 1 } });
    expect((await ask(`${parent}/operations`)).operations!.map(({ name }) => name)).toContain(operation.name);
  });
});
