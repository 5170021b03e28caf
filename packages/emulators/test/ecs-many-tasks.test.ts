import { DescribeTasksCommand, paginateListTasks, StopTaskCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { EcsBed, until } from "./ecs-kit.ts";

/** A sample: `npm run emulator-load` does it with 1,000, and says what memory the emulator takes. */
const [calls, perCall] = [20, 10];
/** Far above what they take, and far below what a leak of their output or of answers would. */
const mostMiB = 150;

test("200 tasks as processes: started, listed by pages, described, ended", async () => {
  await using bed = await EcsBed.start();
  const before = process.memoryUsage().rss;
  const definition = await bed.register("echo up; exec sleep 300");
  await Promise.all(Array.from({ length: calls }, () => bed.run(definition, { count: perCall })));
  const arns: string[] = [];
  for await (const { taskArns } of paginateListTasks({ client: bed.ecs, pageSize: 100 }, {})) arns.push(...taskArns!);
  expect(new Set(arns).size).toBe(calls * perCall);
  const statuses = async (): Promise<Set<string | undefined>> => {
    const pages = [arns.slice(0, 100), arns.slice(100)].map((tasks) => bed.ecs.send(new DescribeTasksCommand({ tasks })));
    return new Set((await Promise.all(pages)).flatMap(({ tasks }) => tasks!.map(({ lastStatus }) => lastStatus)));
  };
  await until(statuses, (seen) => seen.size === 1 && seen.has("RUNNING"));
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(mostMiB);
  await Promise.all(arns.map((task) => bed.ecs.send(new StopTaskCommand({ task }))));
  await until(statuses, (seen) => seen.size === 1 && seen.has("STOPPED"));
});
