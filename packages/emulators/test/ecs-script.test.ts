import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTasksCommand,
  paginateListTasks,
  StopTaskCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EcsBed, engines, group, waiting } from "./ecs-kit.ts";

for (const { engine, title, lacking } of engines)
  describe.skipIf(lacking)(`a script with the plain SDK clients, containers by ${title}`, () => {
    let bed: EcsBed;
    beforeAll(async () => {
      bed = await EcsBed.start({ engine });
    });
    afterAll(() => bed[Symbol.asyncDispose]());

    test("runs, waits, and reads the exit code and all lines, by pages that end on the same token", async () => {
      const task = await bed.task(await bed.register("for n in $(seq 1 500); do echo line $n; done; exit 3"));
      await waitUntilTasksStopped({ client: bed.ecs, ...waiting }, { tasks: [task] });
      const { containers, stopCode, stoppedReason, lastStatus, desiredStatus } = await bed.describe(task);
      expect({ lastStatus, desiredStatus, stopCode }).toEqual({
        lastStatus: "STOPPED",
        desiredStatus: "STOPPED",
        stopCode: "EssentialContainerExited",
      });
      expect(stoppedReason).toBe("Essential container in task exited");
      expect(containers).toMatchObject([{ name: "main", exitCode: 3, lastStatus: "STOPPED" }]);
      const lines: string[] = [];
      const place = { logGroupName: group, logStreamName: `app/main/${task.split("/").at(-1)}`, startFromHead: true, limit: 100 };
      let pages = 0;
      for (let token: string | undefined; ; pages++) {
        const page = await bed.logs.send(new GetLogEventsCommand({ ...place, ...(token && { nextToken: token }) }));
        lines.push(...page.events!.map(({ message }) => message!));
        if (page.nextForwardToken === token) break;
        token = page.nextForwardToken;
      }
      expect(pages).toBeGreaterThanOrEqual(5);
      expect(lines).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index + 1}`));
    });

    test("stops with a window in which the task can be seen to stop", async () => {
      const task = await bed.task(
        await bed.register("trap 'echo bye; sleep 1; exit 5' TERM; echo up; while :; do sleep 0.1; done"),
      );
      await waitUntilTasksRunning({ client: bed.ecs, ...waiting }, { tasks: [task] });
      await bed.until(task, () => true);
      const { task: asked } = await bed.ecs.send(new StopTaskCommand({ task, reason: "enough" }));
      expect(asked).toMatchObject({
        lastStatus: "RUNNING",
        desiredStatus: "STOPPED",
        stopCode: "UserInitiated",
        stoppedReason: "enough",
      });
      expect(asked?.stoppingAt).toBeInstanceOf(Date);
      const stopping = await bed.until(task, ({ lastStatus }) => lastStatus === "STOPPING");
      expect(stopping.containers).toMatchObject([{ lastStatus: "RUNNING" }]);
      const { containers } = await bed.ended(task);
      expect(containers).toMatchObject([{ exitCode: 5 }]);
      expect(await bed.lines(task)).toEqual(["up", "bye"]);
    });

    test("kills what does not end within its stopTimeout", async () => {
      const task = await bed.task(await bed.register("trap '' TERM; echo up; while :; do sleep 0.1; done", { stopTimeout: 1 }));
      await waitUntilTasksRunning({ client: bed.ecs, ...waiting }, { tasks: [task] });
      await bed.ecs.send(new StopTaskCommand({ task }));
      expect((await bed.ended(task)).containers).toMatchObject([{ exitCode: 137 }]);
    });

    test("lists by pages", async () => {
      const definition = await bed.register("sleep 60");
      const { tasks } = await bed.run(definition, { count: 5, startedBy: `pages-${engine}` });
      const pages: string[][] = [];
      for await (const { taskArns } of paginateListTasks({ client: bed.ecs, pageSize: 2 }, { startedBy: `pages-${engine}` }))
        pages.push(taskArns!);
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat().sort()).toEqual(tasks!.map(({ taskArn }) => taskArn!).sort());
      for (const { taskArn } of tasks!) await bed.ecs.send(new StopTaskCommand({ task: taskArn }));
      for (const { taskArn } of tasks!) await bed.ended(taskArn!);
    });

    test("goes through the documented states, each with its time", async () => {
      const seen = new Set<string>();
      const slow = await EcsBed.start({
        engine,
        delays: { provisioning: 150, pending: 150, activating: 150, deactivating: 150, deprovisioning: 150 },
      });
      await using _ = slow;
      const task = await slow.task(await slow.register("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.1; done"));
      const see = async (stop: string): Promise<void> =>
        void (await slow.until(task, ({ lastStatus }) => (seen.add(lastStatus!), lastStatus === stop)));
      await see("RUNNING");
      await slow.ecs.send(new StopTaskCommand({ task }));
      await see("STOPPED");
      expect([...seen]).toEqual([
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEACTIVATING",
        "STOPPING",
        "DEPROVISIONING",
        "STOPPED",
      ]);
      const { tasks } = await slow.ecs.send(new DescribeTasksCommand({ tasks: [task] }));
      const { createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt, stoppingAt, executionStoppedAt, stoppedAt } =
        tasks![0]!;
      const times = [
        createdAt,
        connectivityAt,
        pullStartedAt,
        pullStoppedAt,
        startedAt,
        stoppingAt,
        executionStoppedAt,
        stoppedAt,
      ];
      const order = times.map((time) => time!.getTime());
      expect(order).toEqual([...order].sort((one, other) => one - other));
      expect(await slow.nonconforming()).toEqual([]);
    });

    test("every answer conforms to the model", async () => {
      expect(bed.emulator.journal.entries().length).toBeGreaterThan(20);
      expect(await bed.nonconforming()).toEqual([]);
    });
  });
